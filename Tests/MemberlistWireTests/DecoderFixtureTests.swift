import FixtureSupport
import Testing

@testable import MemberlistWire

/// `decoder.jsonl`: the line between what HashiCorp's decoder takes and what it refuses.
struct DecoderFixtureTests {
    struct Vector: Decodable, CustomTestStringConvertible {
        let name: String
        let type: String
        let hex: Hex
        let accepted: Bool
        let value: FixtureValue?

        var testDescription: String { name }

        func decode() throws -> FixtureValue {
            let body = hex.bytes[...]
            switch type {
            case "pushNodeState": return try FixtureValue(PushNodeState.decode(body))
            case "pushPullHeader": return try FixtureValue(PushPullHeader.decode(body))
            default:
                let type = try MessageType(fixture: type)
                return try FixtureValue(Message.decode([type.rawValue] + body))
            }
        }
    }

    @Test(arguments: try Fixtures.lines("decoder.jsonl", as: Vector.self))
    func takesWhatHashiCorpTakes(_ vector: Vector) throws {
        if vector.accepted {
            #expect(try vector.decode() == vector.value)
        } else {
            #expect(throws: WireError.self) { try vector.decode() }
        }
    }

    /// What the scanner calls a value's end is where the decoder leaves off, in one piece and in many.
    @Test(arguments: try Fixtures.lines("decoder.jsonl", as: Vector.self).filter(\.accepted))
    func scannerFindsTheEnd(_ vector: Vector) throws {
        let bytes = vector.hex.bytes
        var whole = MessagePackScanner()
        let end = try #require(try whole.scan(bytes.span))
        var grown = MessagePackScanner()
        var sizes: [Int] = []
        for count in 0...bytes.count {
            let arrived = bytes[..<count]
            if let size = try grown.scan(arrived.span) { sizes.append(size) }
        }
        #expect(sizes.first == end)
        #expect(sizes.count == bytes.count - end + 1)
        var reader = MessagePackReader(bytes[...])
        try reader.skip(depth: 0)
        #expect(reader.position == end)
    }

    @Test func depthIsCountedWithTheMessage() throws {
        func ping(nested: Int) throws -> Message {
            try Message.decode([0, 0x81, 0xa1, 0x78] + [UInt8](repeating: 0x91, count: nested) + [0xc0])
        }
        let deepest = Limits.messagePackDepth - 2
        #expect(try ping(nested: deepest) == .ping(Ping()))
        #expect(throws: WireError.nestedTooDeeply) { try ping(nested: deepest + 1) }
        #expect(throws: WireError.nestedTooDeeply) { try ping(nested: 100_000) }
    }

    @Test func keysAreToldApartByEveryByte() {
        var bytes = Array("UserStateLen".utf8)
        #expect(bytes.withUnsafeBytes { FieldKey($0) } == FieldKey("UserStateLen"))
        for index in bytes.indices {
            bytes[index] ^= 1
            #expect(bytes.withUnsafeBytes { FieldKey($0) } != FieldKey("UserStateLen"))
            bytes[index] ^= 1
        }
        for count in 1...FieldKey.longest {
            let key = [UInt8](repeating: 1, count: count)
            for index in key.indices {
                var other = key
                other[index] = 2
                #expect(key.withUnsafeBytes { FieldKey($0) } != other.withUnsafeBytes { FieldKey($0) })
            }
            #expect(key.withUnsafeBytes { FieldKey($0) } != (key + [1]).withUnsafeBytes { FieldKey($0) })
        }
        let long = [UInt8](repeating: 1, count: FieldKey.longest + 1)
        #expect(long.withUnsafeBytes { FieldKey($0) } == .unknown)
    }

    @Test func signedNumbersTakeTheSmallestSignedForm() throws {
        let forms: [(Int, [UInt8])] = [
            (0, [0x00]), (127, [0x7f]), (128, [0xd1, 0, 0x80]), (32_767, [0xd1, 0x7f, 0xff]),
            (32_768, [0xd2, 0, 0, 0x80, 0]), (1 << 31, [0xd3, 0, 0, 0, 0, 0x80, 0, 0, 0]),
            (-1, [0xff]), (-32, [0xe0]), (-33, [0xd0, 0xdf]), (-129, [0xd1, 0xff, 0x7f]),
        ]
        for (value, form) in forms {
            var output: [UInt8] = []
            MessagePackWriter.signed(value, into: &output)
            #expect(output == form)
            var reader = MessagePackReader(output[...])
            #expect(try reader.readSigned() == value)
        }
    }
}
