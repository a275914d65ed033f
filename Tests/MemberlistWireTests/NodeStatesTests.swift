import FixtureSupport
import Testing

@testable import MemberlistWire

/// The states of a push/pull, which are read and written in a way of their own: it must be that of all messages.
struct NodeStatesTests {
    /// Lengths at which MessagePack writes text in another form.
    private static let lengths = [0, 1, 31, 32, 255, 256, 65_535, 65_536]
    private static let numbers: [UInt32] = [0, 0x7f, 0x80, 0xff, 0x100, 0xffff, 0x1_0000, .max]

    private static func bytes(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0) } }

    /// States that differ in the form of each of their fields.
    private static let various: [PushNodeState] =
        lengths.flatMap { length in
            let bytes = WireBytes(bytes(length))
            return [
                PushNodeState(name: NodeName(bytes: bytes.bytes), address: bytes),
                PushNodeState(name: "a", meta: bytes, versions: bytes),
            ]
        }
        + numbers.map { number in
            PushNodeState(name: "b", port: UInt16(truncatingIfNeeded: number), incarnation: number)
        }
        + [0, 3, 0x7f, 0x80, 0xffff, 1 << 40, -1, -32, -33, .min].map { PushNodeState(name: "c", state: $0) }

    private static func encoded(_ nodes: NodeStates) -> [UInt8] {
        var bytes: [UInt8] = []
        StreamMessage.pushPull(PushPull(nodes: nodes)).encode(into: &bytes)
        return bytes
    }

    private static func message(_ states: [[UInt8]]) -> [UInt8] {
        var bytes: [UInt8] = [6]
        PushPullHeader(nodes: states.count).encode(into: &bytes)
        return bytes + states.joined()
    }

    private static func nodes(_ message: [UInt8]) throws -> NodeStates {
        guard case .pushPull(let state) = try StreamMessage.decode(message[...]) else { return NodeStates() }
        return state.nodes
    }

    @Test(arguments: various.indices) func isReadByTheReaderOfAllMessages(index: Int) throws {
        let state = Self.various[index]
        let header = Self.message([]).count
        let alone = try PushNodeState.decode(Self.encoded(NodeStates([state]))[header...])
        #expect(alone == state)
        #expect(alone.address.isNull == state.address.isNull && alone.meta.isNull == state.meta.isNull)
    }

    @Test func whatIsWrittenIsReadAndWrittenAgain() throws {
        let written = Self.encoded(NodeStates(Self.various))
        let read = try Self.nodes(written)
        #expect(Array(read) == Self.various)
        #expect(Self.encoded(read) == written)
    }

    @Test func aStateInAnyLawfulFormIsReadAmongUsualOnes() throws {
        let usual = PushNodeState(name: "a", address: [10, 0, 0, 1], port: 7946, incarnation: 5)
        let usualBytes = Array(Self.encoded(NodeStates([usual])).dropFirst(Self.message([]).count))
        func text(_ text: String) -> [UInt8] { [0xa0 | UInt8(text.utf8.count)] + Array(text.utf8) }
        // Another order, an unknown key, numbers one by one, binary, two equal keys, wide numbers.
        let odd: [UInt8] =
            [0xde, 0x00, 0x08] + text("Name") + text("x") + text("Other") + [0x92, 0x01, 0xc0]
            + text("Addr") + [0x94, 1, 2, 3, 4] + text("Meta") + [0xc4, 0x02, 7, 8] + text("Name")
            + text("odd") + text("Port") + [0xce, 0, 0, 0, 9] + text("Incarnation") + [0xd3]
            + [0, 0, 0, 0, 0, 0, 0, 6] + text("Vsn") + [0x96, 1, 5, 2, 0, 0, 0]
        let expected = PushNodeState(
            name: "odd",
            address: [1, 2, 3, 4],
            port: 9,
            meta: [7, 8],
            incarnation: 6,
            versions: [1, 5, 2, 0, 0, 0]
        )
        let read = try Self.nodes(Self.message([usualBytes, odd, usualBytes, odd, odd, [0xc0], usualBytes]))
        let all = [usual, expected, usual, expected, expected, PushNodeState(), usual]
        #expect(Array(read) == all)
        #expect(Self.encoded(read) == Self.encoded(NodeStates(all)))
    }

    @Test func everyShorterMessageIsTruncated() {
        let nodes = NodeStates([
            PushNodeState(name: "a", address: [10, 0, 0, 1], port: 7946, meta: WireBytes(Self.bytes(40))),
            PushNodeState(name: "b", address: [10, 0, 0, 2], port: 80, incarnation: 70_000),
        ])
        let whole = Self.encoded(nodes)
        for count in 0..<whole.count {
            #expect(throws: WireError.truncated) { try StreamMessage.decode(whole[..<count]) }
        }
    }

    @Test(
        arguments: try Fixtures.lines("decoder.jsonl", as: DecoderFixtureTests.Vector.self).filter {
            $0.type == "pushNodeState"
        }
    )
    func takesWhatHashiCorpTakes(_ vector: DecoderFixtureTests.Vector) throws {
        let message = Self.message([vector.hex.bytes])
        if vector.accepted {
            #expect(try Self.nodes(message).map { FixtureValue($0) } == [try #require(vector.value)])
        } else {
            #expect(throws: WireError.self) { try StreamMessage.decode(message[...]) }
        }
    }
}
