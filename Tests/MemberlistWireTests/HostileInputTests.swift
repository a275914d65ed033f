import FixtureSupport
import Testing

@testable import MemberlistWire

/// Vectors with bytes changed, cut, moved and repeated: whatever comes of it is a value or a `WireError`.
struct HostileInputTests {
    private struct Vector: Decodable {
        let hex: Hex
        let inner: Hex?
    }

    private static func vectors(_ files: [String]) throws -> [[UInt8]] {
        try files.flatMap { file in
            try Fixtures.lines(file, as: Vector.self)
                .flatMap { [$0.hex.bytes, $0.inner?.bytes ?? []] }
                .filter { !$0.isEmpty && $0.count < 8_192 }
        }
    }

    private static func mutate(_ bytes: [UInt8], using random: inout SeededRandom) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            let index = Int.random(in: 0..<max(1, bytes.count), using: &random)
            guard index < bytes.count else { break }
            switch random.next() % 6 {
            case 0: bytes[index] = random.byte(below: 256)
            case 1: bytes[index] ^= 1 << (random.next() % 8)
            case 2: bytes.removeSubrange(index...)
            case 3: bytes.remove(at: index)
            case 4: bytes.insert(contentsOf: bytes[index...].prefix(20), at: index)
            default:
                bytes[index] =
                    [0xff, 0xc6, 0xdb, 0xdd, 0xdf, 0xc9, 0x7f, 0x80].randomElement(using: &random) ?? 0
            }
        }
        return bytes
    }

    @Test func mutatedMessagesNeverTrap() throws {
        let vectors = try Self.vectors(["messages.jsonl", "decoder.jsonl", "packets.jsonl"])
        var random = SeededRandom(seed: 7)
        var accepted = 0
        for _ in 0..<40_000 {
            guard let vector = vectors.randomElement(using: &random) else { break }
            let bytes = Self.mutate(vector, using: &random)
            accepted += try Self.decodes(bytes[...]) ? 1 : 0
            // A decoder's vector has no type byte of its own.
            let type = random.byte(below: 14)
            accepted += try Self.decodes(([type] + bytes)[1...]) ? 1 : 0
            accepted += try Self.decodes(([type] + bytes)[...]) ? 1 : 0
        }
        #expect(accepted > 1_000)
    }

    private static func decodes(_ bytes: ArraySlice<UInt8>) throws -> Bool {
        do {
            guard Message.type(of: bytes) == .compound else {
                let message = try Message.decode(bytes)
                var again: [UInt8] = []
                message.encode(into: &again)
                #expect(try Message.decode(again[...]) == message)
                return true
            }
            var reader = try CompoundReader(bytes.dropFirst())
            while let part = try reader.next() {
                _ = try? Message.decode(part)
            }
            return true
        } catch {
            return false
        }
    }

    @Test func mutatedStreamsNeverTrap() throws {
        let vectors = try Fixtures.lines("streams.jsonl", as: StreamVector.self)
        var random = SeededRandom(seed: 11)
        var messages = 0
        for _ in 0..<4_000 {
            guard let vector = vectors.randomElement(using: &random) else { break }
            let plain = Bool.random(using: &random)
            let bytes = Self.mutate(plain ? vector.inner.bytes : vector.hex.bytes, using: &random)
            var opener =
                plain ? StreamOpener(label: .none, keyring: nil, direction: .inbound) : try vector.opener()
            var start = 0
            do {
                for size in random.split(bytes.count) {
                    opener.feed(Array(bytes[start..<start + size]))
                    start += size
                    while try opener.next() != nil { messages += 1 }
                    #expect(opener.bufferedBytes <= start)
                }
            } catch {
                #expect(opener.bufferedBytes == 0)
            }
        }
        #expect(messages > 100)
    }

    /// Frame and decoder agree: what is framed in pieces decodes as it does in one.
    @Test func framedStreamsDecodeAsWholeOnes() throws {
        let vectors = try Fixtures.lines("streams.jsonl", as: StreamVector.self)
        var random = SeededRandom(seed: 13)
        for _ in 0..<2_000 {
            guard let vector = vectors.randomElement(using: &random) else { break }
            let bytes = Self.mutate(vector.inner.bytes, using: &random)
            guard let type = Message.type(of: bytes[...]), type != .encrypt, type != .compress else {
                continue
            }
            var opener = StreamOpener(label: .none, keyring: nil, direction: .reply(to: nil))
            opener.feed(bytes)
            let framed = Result { try opener.next() }
            let whole = Result { try StreamMessage.decode(bytes[...]) }
            switch (framed, whole) {
            case (.success(let framed?), .success(let whole)): #expect(framed == whole)
            case (.success(nil), .failure), (.failure, .failure): break
            default: Issue.record("framed \(framed), whole \(whole), of \(Hex.text(bytes))")
            }
        }
    }
}
