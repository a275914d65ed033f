import FixtureSupport
import Testing

@testable import MemberlistWire

/// One line of `native.jsonl`.
struct NativeLine: Decodable {
    let kind: String
    let ringKey: Hex?
    let keyID: Hex?
    let aad: Hex?
    let answers: Hex?
    let counter: UInt64?
    let hex: Hex?
    let label: String?
    let plain: Hex?
    let receiver: String?
    let session: Hex?
    let steps: [Step]?

    struct Step: Decodable {
        let counter: UInt64
        let isLetIn: Bool

        init(from decoder: any Decoder) throws {
            var container = try decoder.unkeyedContainer()
            counter = try container.decode(UInt64.self)
            isLetIn = try container.decode(Bool.self)
        }
    }
}

extension NativeLine {
    static func all(_ kinds: String...) throws -> [NativeLine] {
        let lines = try Fixtures.lines("native.jsonl", as: NativeLine.self).filter { kinds.contains($0.kind) }
        guard !lines.isEmpty else { throw FixtureError.empty("native.jsonl") }
        return lines
    }

    func keyring() throws -> Keyring {
        try Keyring([SecretKey(bytes: try #require(ringKey).bytes)])
    }

    func nonce() throws -> NativeNonce {
        let session = try #require(session).bytes
        let counter = try #require(counter)
        return try #require(NativeNonce(session: session, counter: counter))
    }

    /// What the frame is bound to, for its sender.
    func binding() throws -> NativeBinding {
        let label = try Label(try #require(label))
        let name = try #require(receiver)
        let receiver = name.isEmpty ? nil : NodeName(name)
        switch kind {
        case "datagram": return .datagram(label: label, receiver: receiver)
        case "streamRequest": return .request(label: label, receiver: receiver)
        default:
            let answers = try #require(answers).bytes
            let counter = answers.suffix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            let nonce = try #require(NativeNonce(session: Array(answers.prefix(16)), counter: counter))
            return .reply(label: label, receiver: receiver, answers: nonce)
        }
    }

    /// The frame, without the label's header and the record's.
    func frame() throws -> [UInt8] {
        let bytes = try #require(hex).bytes
        let label = try #require(label).utf8.count
        let labelHeader = kind == "streamReply" || label == 0 ? 0 : 2 + label
        return Array(bytes.dropFirst(labelHeader + (kind == "datagram" ? 0 : 5)))
    }
}

@Suite("The native suite's golden vectors")
struct NativeFixtureTests {
    @Test("give every key its identifier")
    func keys() throws {
        for line in try NativeLine.all("key") {
            let key = try SecretKey(bytes: try #require(line.ringKey).bytes)
            #expect("\(key.id)" == Hex.text(try #require(line.keyID).bytes))
            #expect(KeyID("\(key.id)") == key.id)
        }
    }

    @Test("are sealed to the byte, bound to what they say")
    func framesSeal() throws {
        for line in try NativeLine.all("datagram", "streamRequest", "streamReply") {
            let plain = try #require(line.plain).bytes
            var frame: [UInt8] = []
            var additional: [UInt8] = []
            let nonce = try line.keyring().sealNatively(
                plain.span.bytes,
                bound: line.binding(),
                nonce: line.nonce(),
                additional: &additional,
                into: &frame
            )
            #expect(frame == (try line.frame()))
            #expect(additional == line.aad?.bytes)
            #expect(nonce == (try line.nonce()))
        }
    }

    @Test("open to what was sealed, and to nothing once a bit is another")
    func framesOpen() throws {
        for line in try NativeLine.all("datagram", "streamRequest", "streamReply") {
            let keyring = try line.keyring()
            var frame = try line.frame()
            var plain: [UInt8] = []
            var additional: [UInt8] = []
            let opened = try keyring.openNatively(
                frame.span.bytes,
                bound: line.binding(),
                additional: &additional,
                into: &plain
            )
            #expect(plain == line.plain?.bytes)
            #expect(opened.keyID == keyring.keyIDs.first)
            #expect(opened.identity.nativeNonce == (try line.nonce()))
            for bit in 0..<frame.count * 8 {
                frame[bit / 8] ^= 1 << UInt8(bit % 8)
                plain = []
                #expect(throws: WireError.self) {
                    try keyring.openNatively(
                        frame.span.bytes,
                        bound: line.binding(),
                        additional: &additional,
                        into: &plain
                    )
                }
                #expect(plain.isEmpty)
                frame[bit / 8] ^= 1 << UInt8(bit % 8)
            }
        }
    }

    @Test("are let in once each by the window, as the vectors say")
    func replayWindows() throws {
        let key = KeyID(rawValue: 1)
        for line in try NativeLine.all("replayWindow") {
            var table = ReplayTable()
            for (index, step) in try #require(line.steps).enumerated() {
                let nonce = try #require(
                    NativeNonce(session: [UInt8](repeating: 7, count: 16), counter: step.counter)
                )
                #expect(table.insert(nonce, under: key) == step.isLetIn, "step \(index)")
            }
        }
    }
}
