import FixtureSupport
import Testing

@testable import MemberlistWire

/// Every message of HashiCorp's in `messages.jsonl`, read and written again.
struct MessageFixtureTests {
    struct Vector: Decodable, CustomTestStringConvertible {
        let name: String
        let kind: String
        let hex: Hex
        let value: FixtureValue

        var testDescription: String { name }
    }

    @Test(arguments: try Fixtures.lines("messages.jsonl", as: Vector.self))
    func decodesToItsValue(_ vector: Vector) throws {
        #expect(Message.type(of: vector.hex.bytes[...]) == (try MessageType(fixture: vector.kind)))
        if vector.kind == "err" {
            #expect(try StreamMessage.decode(vector.hex.bytes[...]) == .error(vector.value.error ?? ""))
        } else {
            let message = try Message.decode(vector.hex.bytes[...])
            #expect(try FixtureValue(message) == vector.value)
        }
    }

    @Test(arguments: try Fixtures.lines("messages.jsonl", as: Vector.self))
    func encodesToItsBytes(_ vector: Vector) throws {
        var output: [UInt8] = []
        if vector.kind == "err" {
            try StreamMessage.decode(vector.hex.bytes[...]).encode(into: &output)
        } else {
            try Message.decode(vector.hex.bytes[...]).encode(into: &output)
        }
        #expect(Hex.text(output) == Hex.text(vector.hex.bytes))
    }

    @Test(arguments: try Fixtures.lines("messages.jsonl", as: Vector.self))
    func encodesFromItsValueAlone(_ vector: Vector) throws {
        let original = vector.hex.bytes
        guard let message = try vector.value.message(kind: vector.kind, nullFieldsAsIn: original) else {
            return
        }
        var output: [UInt8] = []
        message.encode(into: &output)
        #expect(Hex.text(output) == Hex.text(original))
    }

    @Test(arguments: try Fixtures.lines("messages.jsonl", as: Vector.self))
    func refusesEveryPrefix(_ vector: Vector) {
        // Cuts inside one long field are all alike.
        let counts = Array(0..<vector.hex.bytes.count)
        for count in counts.prefix(1_000) + counts.suffix(100) {
            #expect(throws: WireError.truncated) {
                let prefix = vector.hex.bytes[..<count]
                if vector.kind == "err" {
                    _ = try StreamMessage.decode(prefix)
                } else {
                    _ = try Message.decode(prefix)
                }
            }
        }
    }

    @Test func refusesWhatIsNoMessage() {
        #expect(throws: WireError.truncated) { try Message.decode([]) }
        #expect(throws: WireError.unknownMessageType(99)) { try Message.decode([99, 0x80]) }
        for type in [MessageType.compound, .compress, .encrypt, .checksum, .label] {
            #expect(throws: WireError.misplacedLayer) { try Message.decode([type.rawValue, 0x80]) }
            #expect(throws: WireError.misplacedLayer) { try StreamMessage.decode([type.rawValue, 0x80]) }
        }
        for type in [MessageType.pushPull, .error] {
            #expect(throws: WireError.unknownMessageType(type.rawValue)) {
                try Message.decode([type.rawValue, 0x80])
            }
        }
        for type in [MessageType.indirectPing, .nack, .suspect, .alive, .dead] {
            #expect(throws: WireError.unknownMessageType(type.rawValue)) {
                try StreamMessage.decode([type.rawValue, 0x80])
            }
        }
    }

    @Test func userMessageIsItsBytes() throws {
        let message = try Message.decode([8, 1, 2, 3])
        #expect(message == .user([1, 2, 3]))
        var output: [UInt8] = []
        message.encode(into: &output)
        #expect(output == [8, 1, 2, 3])
    }
}
