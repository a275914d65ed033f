import FixtureSupport
import Testing

@testable import MemberlistWire

@Suite("Datagrams")
struct DatagramTests {
    private let user: [UInt8] = [8, 1, 2, 3]

    private func plainOpener() -> DatagramOpener {
        DatagramOpener(label: .none, keyring: nil, verifiesIncoming: true, acceptsPadded: false)
    }

    private func error(_ datagram: [UInt8], _ opener: consuming DatagramOpener) -> WireError? {
        var opener = opener
        do throws(WireError) {
            var opened = try opener.open(datagram.span.bytes, at: 0)
            while try opened.nextPart() != nil {}
            return nil
        } catch {
            return error
        }
    }

    private func expect(
        _ payload: [UInt8],
        from opener: inout DatagramOpener,
        _ datagram: [UInt8],
        at now: Int64
    ) throws {
        let opened = try opener.open(datagram.span.bytes, at: now)
        #expect(Array(opened.payload) == payload)
    }

    private func compressed(_ inner: [UInt8]) -> [UInt8] {
        var body: [UInt8] = []
        var compressor = LZWCompressor()
        compressor.compress(inner.span.bytes, into: &body)
        var output: [UInt8] = []
        CompressMessage.writePrefix(bodyCount: body.count, into: &output)
        return output + body
    }

    private func checksummed(_ inner: [UInt8]) -> [UInt8] {
        let crc = Checksum.crc32(inner.span.bytes)
        return [12] + (0..<4).map { UInt8(truncatingIfNeeded: crc >> (24 - 8 * $0)) } + inner
    }

    @Test("never exceed their size, and a payload one byte longer than the budget does")
    func budget() throws {
        var random = SeededRandom(seed: 3)
        let key = try SecretKey.random(bytes: 32)
        for round in 0..<400 {
            let label = try Label(String(repeating: "x", count: [0, 1, 14, 255][round % 4]))
            let size = 380 + Int(random.next() % 1_200)
            let (padded, checksum, compression) = (
                random.next() % 2 == 0, random.next() % 2 == 0, round % 3 == 0
            )
            let keyring = random.next() % 3 == 0 ? nil : Keyring(primary: key)
            var sealer = DatagramSealer(
                label: label,
                keyring: keyring,
                compression: compression,
                padded: padded
            )
            let most = DatagramLayout.maximumPayload(
                datagramSize: size,
                label: label,
                encrypted: keyring != nil,
                padded: padded,
                checksum: checksum
            )
            var datagram: [UInt8] = []
            try sealer.seal(
                [8] + random.bytes(most - 1),
                for: .hashicorp(checksum: checksum),
                into: &datagram
            )
            #expect(datagram.count <= size)
            try sealer.seal([8] + random.bytes(most), for: .hashicorp(checksum: checksum), into: &datagram)
            #expect(datagram.count > size)
            let some = Int(random.next() % UInt64(most))
            try sealer.seal(
                (0...some).map { UInt8($0 % 5) },
                for: .hashicorp(checksum: checksum),
                into: &datagram
            )
            #expect(datagram.count <= size)
        }
    }

    @Test("have no room where the layers take it all")
    func noRoom() throws {
        let label = try Label("cluster")
        for size in 0..<60 {
            let most = DatagramLayout.maximumPayload(
                datagramSize: size,
                label: label,
                encrypted: true,
                padded: true,
                checksum: true
            )
            #expect(most == max(0, (size - 9 - 29) / 16 * 16 - 6))
        }
    }

    @Test("are compressed only where that is smaller")
    func compressionOnlyWhereSmaller() throws {
        var sealer = DatagramSealer(label: .none, keyring: nil, compression: true, padded: false)
        var datagram: [UInt8] = []
        var random = SeededRandom(seed: 5)
        let noise = [8] + random.bytes(600)
        try sealer.seal(noise, for: .hashicorp(checksum: false), into: &datagram)
        #expect(datagram == noise)
        let zeros = [8] + [UInt8](repeating: 0, count: 600)
        try sealer.seal(zeros, for: .hashicorp(checksum: false), into: &datagram)
        #expect(datagram == compressed(zeros))
    }

    @Test("are refused where a layer stands out of its place")
    func layerOrder() {
        let compound: [UInt8] = [7, 1, 0, 4] + user
        let nested: [UInt8] = [7, 1, 0, UInt8(compound.count)] + compound
        let zeros = [8] + [UInt8](repeating: 0, count: 100)
        #expect(error(checksummed(compressed(compound)), plainOpener()) == nil)
        #expect(error(nested, plainOpener()) == .misplacedLayer)
        #expect(error(compressed(nested), plainOpener()) == .misplacedLayer)
        #expect(error(compressed(compressed(zeros)), plainOpener()) == .misplacedLayer)
        #expect(error(compressed(checksummed(user)), plainOpener()) == .misplacedLayer)
        #expect(error(checksummed(checksummed(user)), plainOpener()) == .misplacedLayer)
        #expect(error([10] + user, plainOpener()) == .misplacedLayer)
        #expect(error(checksummed([244, 1, 65] + user), plainOpener()) == .misplacedLayer)
    }

    @Test("that inflate past their limit, or hold nothing, are refused")
    func bodies() throws {
        let largest = [8] + [UInt8](repeating: 0, count: Limits.datagramBody - 1)
        #expect(error(compressed(largest), plainOpener()) == nil)
        #expect(error(compressed(largest + [0]), plainOpener()) == .limitExceeded)
        #expect(error(compressed([]), plainOpener()) == .emptyBody)
        #expect(error([], plainOpener()) == .truncated)
        #expect(error(checksummed([]), plainOpener()) == .truncated)

        let keyring = Keyring(primary: try SecretKey.random(bytes: 32))
        var empty: [UInt8] = []
        try keyring.seal(RawSpan(), padded: false, additionalData: RawSpan(), into: &empty)
        let opener = DatagramOpener(
            label: .none,
            keyring: keyring,
            verifiesIncoming: false,
            acceptsPadded: false
        )
        #expect(error(empty, opener) == .emptyBody)
    }

    @Test("are read as plaintext where incoming ones need not verify, and only there")
    func movingToEncryption() throws {
        let keyring = Keyring(primary: try SecretKey.random(bytes: 16))
        let label = try Label("cluster")
        var old = DatagramSealer(
            label: label,
            keyring: keyring,
            compression: false,
            padded: false,
            encryptsOutgoing: false
        )
        var new = DatagramSealer(label: label, keyring: keyring, compression: false, padded: false)
        var (plain, sealed): ([UInt8], [UInt8]) = ([], [])
        try old.seal(user, for: .hashicorp(checksum: false), into: &plain)
        try new.seal(user, for: .hashicorp(checksum: false), into: &sealed)
        #expect(plain == [244, 7] + Array("cluster".utf8) + user)
        #expect(sealed.count == plain.count + 29)

        var lenient = DatagramOpener(
            label: label,
            keyring: keyring,
            verifiesIncoming: false,
            acceptsPadded: false
        )
        try expect(user, from: &lenient, plain, at: 0)
        try expect(user, from: &lenient, sealed, at: 0)
        #expect(throws: WireError.replayed) { _ = try lenient.open(sealed.span.bytes, at: 1) }
        let strict = DatagramOpener(
            label: label,
            keyring: keyring,
            verifiesIncoming: true,
            acceptsPadded: false
        )
        #expect(error(plain, strict) == .unknownEncryptionVersion(8))
    }

    @Test("are taken once, for as long as their nonce is remembered, and a forgery is not remembered")
    func replay() throws {
        let keyring = Keyring(primary: try SecretKey.random(bytes: 32))
        var sealer = DatagramSealer(label: .none, keyring: keyring, compression: true, padded: false)
        var opener = DatagramOpener(
            label: .none,
            keyring: keyring,
            verifiesIncoming: true,
            acceptsPadded: false
        )
        var datagram: [UInt8] = []
        try sealer.seal(user, for: .hashicorp(checksum: true), into: &datagram)
        var forged = datagram
        forged[forged.count - 1] ^= 1
        #expect(throws: WireError.authenticationFailed) { _ = try opener.open(forged.span.bytes, at: 0) }
        try expect(user, from: &opener, datagram, at: 0)
        #expect(throws: WireError.replayed) { _ = try opener.open(datagram.span.bytes, at: 1) }
        let later = Limits.rememberedNonceNanoseconds
        #expect(throws: WireError.replayed) { _ = try opener.open(datagram.span.bytes, at: later - 1) }
        try expect(user, from: &opener, datagram, at: later)
    }

    @Test("leave a payload alone that someone still holds")
    func heldPayload() throws {
        var opener = plainOpener()
        let held = try opener.open(user.span.bytes, at: 0).payload
        let other: [UInt8] = compressed([8] + [UInt8](repeating: 7, count: 200))
        let inflated = try opener.open(other.span.bytes, at: 0).payload
        _ = try opener.open(compressed([8] + [UInt8](repeating: 6, count: 200)).span.bytes, at: 0)
        #expect(Array(held) == user)
        #expect(inflated.dropFirst().allSatisfy { $0 == 7 })
    }

    @Test("yield the parts of a compound, and go on behind a bad one")
    func parts() throws {
        var opener = plainOpener()
        let datagram: [UInt8] = [7, 4, 0, 2, 0, 1, 0, 0, 0, 9, 8, 1, 9, 8]
        var opened = try opener.open(datagram.span.bytes, at: 0)
        let first = try opened.nextPart()
        #expect(first == [8, 1])
        #expect(throws: WireError.misplacedLayer) { try opened.nextPart() }
        let empty = try opened.nextPart()
        #expect(empty == [] && !opened.isTruncated)
        let cut = try opened.nextPart()
        #expect(cut == nil)
        #expect(opened.isTruncated)
    }

    @Test("of any bytes end in a typed error or a payload")
    func garbage() throws {
        var random = SeededRandom(seed: 8)
        let keyring = Keyring(primary: try SecretKey.random(bytes: 32))
        var opener = DatagramOpener(
            label: .none,
            keyring: keyring,
            verifiesIncoming: false,
            acceptsPadded: true
        )
        for _ in 0..<20_000 {
            var bytes = random.bytes(Int(random.next() % 80))
            if !bytes.isEmpty { bytes[0] = [0, 1, 7, 9, 12, 244][Int(random.next() % 6)] }
            do throws(WireError) {
                var opened = try opener.open(bytes.span.bytes, at: 0)
                while let part = try opened.nextPart() { #expect(part.count <= bytes.count * 4_096) }
            } catch {
                #expect(error != .authenticationFailed)
            }
        }
    }
}
