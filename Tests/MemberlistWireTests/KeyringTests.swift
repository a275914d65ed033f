import FixtureSupport
import MemberlistWire
import Synchronization
import Testing

@Suite("Keyring")
struct KeyringTests {
    private let label = Array("cluster".utf8)
    private let text = Array("a message".utf8)

    private func seal(_ keyring: Keyring, _ plaintext: [UInt8], padded: Bool = false) throws -> [UInt8] {
        try keyring.sealed(plaintext, padded: padded, label: label)
    }

    private func open(_ keyring: Keyring, _ frame: [UInt8], acceptsPadded: Bool = false) throws(WireError)
        -> [UInt8]
    {
        try keyring.opened(frame, acceptsPadded: acceptsPadded, label: label)
    }

    @Test("opens what it sealed, with keys of each size, padded or not", arguments: [16, 24, 32])
    func roundTrip(size: Int) throws {
        let keyring = Keyring(primary: try SecretKey.random(bytes: size))
        for count in [0, 1, 15, 16, 17, 31, 32, 33, 1_000] {
            let plaintext = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
            let plain = try seal(keyring, plaintext)
            #expect(plain.count == count + Keyring.overhead(padded: false) && plain.first == 1)
            #expect(try open(keyring, plain) == plaintext)
            let padded = try seal(keyring, plaintext, padded: true)
            #expect(padded.count <= count + Keyring.overhead(padded: true) && padded.first == 0)
            #expect(try open(keyring, padded, acceptsPadded: true) == plaintext)
            #expect(throws: WireError.paddedEncryptionRefused) { try open(keyring, padded) }
        }
        #expect(Keyring.overhead(padded: false) == 29 && Keyring.overhead(padded: true) == 45)
    }

    @Test("opens nothing that was changed anywhere, and appends nothing then", arguments: [16, 32])
    func tampering(size: Int) throws {
        let keyring = Keyring(primary: try SecretKey.random(bytes: size))
        let frame = try seal(keyring, text)
        for index in 1..<frame.count {
            var changed = frame
            changed[index] ^= 0x10
            #expect(throws: WireError.authenticationFailed) { try open(keyring, changed) }
        }
        for count in 1..<frame.count {
            #expect(throws: WireError.self) { try open(keyring, Array(frame.prefix(count))) }
        }
        var output: [UInt8] = [5]
        #expect(throws: WireError.authenticationFailed) {
            try keyring.open(frame.span.bytes, acceptsPadded: false, additionalData: RawSpan(), into: &output)
        }
        #expect(output == [5])
        #expect(throws: WireError.unknownEncryptionVersion(2)) { try open(keyring, [2] + frame.dropFirst()) }
        #expect(throws: WireError.truncated) { try open(keyring, []) }
    }

    @Test("checks every byte of the pad")
    func padding() throws {
        let keyring = Keyring(primary: try SecretKey.random(bytes: 32))
        func openForged(_ blocks: [UInt8]) throws(WireError) -> [UInt8] {
            // Sealed as version 1 and relabelled: the version byte is not authenticated.
            var frame = (try? seal(keyring, blocks)) ?? []
            frame[0] = 0
            return try open(keyring, frame, acceptsPadded: true)
        }
        let head = [UInt8](repeating: 9, count: 12)
        #expect(try openForged(head + [4, 4, 4, 4]) == head)
        #expect(try openForged([UInt8](repeating: 16, count: 16)) == [])
        for bad: [UInt8] in [
            [4, 3, 4, 4], [3, 4, 4, 4], [4, 4, 4, 0], [4, 4, 4, 17], [4, 4, 4, 200], [4, 4, 4, 5],
        ] {
            #expect(throws: WireError.malformedPadding) { try openForged(head + bad) }
        }
        #expect(throws: WireError.malformedPadding) { try openForged(head + [4, 4, 4, 4, 1]) }
    }

    @Test("rotates: the new key seals, the old one still opens, until it is removed")
    func rotation() throws {
        let (old, new, other) = (
            try SecretKey.random(), try SecretKey.random(bytes: 16), try SecretKey.random()
        )
        let keyring = Keyring(primary: old)
        let frame = try seal(keyring, text)
        #expect(throws: KeyError.unknownKey) { try keyring.use(new) }
        keyring.add(new)
        keyring.add(new)
        #expect(keyring.keys == [old, new])
        #expect(throws: KeyError.primaryCannotBeRemoved) { try keyring.remove(old) }
        try keyring.use(new)
        #expect(keyring.keys == [new, old] && keyring.contains(old) && keyring.count == 2)
        #expect(try open(keyring, frame) == text)
        #expect(try open(Keyring(primary: new), try seal(keyring, text)) == text)
        try keyring.remove(old)
        #expect(throws: KeyError.unknownKey) { try keyring.remove(old) }
        #expect(throws: KeyError.unknownKey) { try keyring.remove(other) }
        #expect(throws: WireError.authenticationFailed) { try open(keyring, frame) }
        #expect(throws: KeyError.lastKeyCannotBeRemoved) { try keyring.remove(new) }
        #expect(throws: KeyError.noKeys) { try keyring.replace(with: []) }
        #expect(keyring.keys == [new])
        #expect(throws: KeyError.noKeys) { try Keyring([]) }
        #expect(try Keyring([old, new, old]).keys == [old, new])
    }

    @Test("tries every key, of mixed sizes, and seals with the first alone")
    func trialOrder() throws {
        let keys = try [32, 16, 24, 32].map { try SecretKey.random(bytes: $0) }
        let keyring = try Keyring(keys)
        for key in keys {
            #expect(try open(keyring, try seal(Keyring(primary: key), text)) == text)
        }
        let frame = try seal(keyring, text)
        #expect(try open(Keyring(primary: keys[0]), frame) == text)
        for key in keys.dropFirst() {
            #expect(throws: WireError.authenticationFailed) { try open(Keyring(primary: key), frame) }
        }
    }

    @Test("counts what each key has sealed and opened, in either dialect")
    func usage() throws {
        let (first, second) = (try SecretKey.random(), try SecretKey.random())
        let keyring = Keyring(primary: first, others: [second])
        for _ in 0..<3 { _ = try open(keyring, try seal(keyring, text)) }
        var frame: [UInt8] = []
        var additional: [UInt8] = []
        let binding = NativeBinding.datagram(label: .none, receiver: nil)
        try keyring.sealNatively(text.span.bytes, bound: binding, additional: &additional, into: &frame)
        var plain: [UInt8] = []
        try keyring.openNatively(frame.span.bytes, bound: binding, additional: &additional, into: &plain)
        _ = try open(keyring, try seal(Keyring(primary: second), text))
        let usage = keyring.usage
        #expect(usage.map(\.id) == [first.id, second.id] && usage.map(\.isPrimary) == [true, false])
        #expect(usage.map(\.sealed) == [4, 0] && usage.map(\.sealedWithRandomNonce) == [3, 0])
        #expect(usage.map(\.opened) == [4, 1])
        // One that comes back starts anew, in sessions of its own.
        try keyring.remove(second.id)
        keyring.add(second)
        #expect(keyring.usage.map(\.opened) == [4, 0])
    }

    @Test("counts what each key has sealed")
    func sealCounts() throws {
        let (first, second) = (try SecretKey.random(), try SecretKey.random())
        let keyring = Keyring(primary: first, others: [second])
        for _ in 0..<3 { _ = try seal(keyring, text) }
        #expect(keyring.primarySealCount == 3)
        try keyring.use(second)
        #expect(keyring.primarySealCount == 0)
        _ = try seal(keyring, text)
        try keyring.use(first)
        #expect(keyring.primarySealCount == 3)
    }

    @Test("never hands out a nonce twice, and draws them in bulk")
    func nonces() throws {
        let draws = Mutex(0)
        let keyring = try Keyring([SecretKey.random()]) { buffer in
            draws.withLock { draw in
                for index in buffer.indices {
                    let nonce = draw * buffer.count / 12 + index / 12
                    buffer[index] = UInt8(truncatingIfNeeded: nonce >> (8 * min(index % 12, 7)))
                }
                draw += 1
            }
        }
        var seen: Set<[UInt8]> = []
        for _ in 0..<1_500 { seen.insert(Array(try seal(keyring, text)[1..<13])) }
        #expect(seen.count == 1_500)
        #expect(draws.withLock { $0 } < 1_500 / 32)
        let real = Keyring(primary: try SecretKey.random())
        seen = []
        for _ in 0..<1_500 { seen.insert(Array(try seal(real, text)[1..<13])) }
        #expect(seen.count == 1_500)
    }

    @Test("Trap 28: is used from many tasks while it is rotated")
    func concurrentUse() async throws {
        let (first, second) = (try SecretKey.random(), try SecretKey.random(bytes: 16))
        let keyring = Keyring(primary: first, others: [second])
        try await withThrowingTaskGroup(of: Set<[UInt8]>.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    var nonces: Set<[UInt8]> = []
                    for _ in 0..<500 {
                        let frame = try seal(keyring, text)
                        nonces.insert(Array(frame[1..<13]))
                        guard try open(keyring, frame) == text else { throw WireError.authenticationFailed }
                    }
                    return nonces
                }
            }
            for round in 0..<300 {
                let other = try SecretKey.random()
                keyring.add(other)
                try keyring.use(round.isMultiple(of: 2) ? second : first)
                try keyring.remove(other)
            }
            let all = try await group.reduce(into: Set<[UInt8]>()) { $0.formUnion($1) }
            #expect(all.count == 2_000)
        }
    }

    @Test("shows no key")
    func redaction() throws {
        let key = try SecretKey(bytes: Array(0x40..<0x60))
        let keyring = Keyring(primary: key)
        var dumped = ""
        dump(keyring, to: &dumped)
        let shown = [String(describing: keyring), String(reflecting: keyring), "\(keyring)", dumped].joined()
        #expect(!shown.contains("@ABC") && !shown.contains("64, 65") && !shown.contains("4041"))
        #expect(try !shown.contains(key.base64()) && shown.contains("redacted"))
        #expect(Mirror(reflecting: keyring).children.isEmpty)
    }
}
