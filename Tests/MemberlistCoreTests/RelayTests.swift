import MemberlistWire
import Testing

@testable import MemberlistCore

/// Indirect pings that this node serves for others.
@Suite struct RelayTests {
    private func request(nack: Bool = true, node: NodeName = "b", port: UInt16 = 7946) -> Message {
        .indirectPing(
            IndirectPing(
                sequence: 77,
                target: WireBytes(endpoint(3).address.bytes),
                port: port,
                node: node,
                wantsNack: nack,
                sourceAddress: WireBytes(endpoint(2).address.bytes),
                sourcePort: 7946,
                sourceNode: "a"
            )
        )
    }

    private func relay(nack: Bool = true) throws -> (node: Node, ping: Ping) {
        var node = Node(knowing: 2) { $0.probeInterval = 0 }
        let directives = node.hear(request(nack: nack))
        let ping = try #require(directives.pings.first)
        #expect(directives.count == 1 && ping.to == endpoint(3))
        #expect(ping.ping.node == "b" && ping.ping.sourceNode == "self" && ping.ping.sequence != 77)
        return (node, ping.ping)
    }

    @Test func theAnswerIsPassedOnWithoutItsPayload() throws {
        var (node, ping) = try relay()
        let answered = node.hear(.ack(Ack(sequence: ping.sequence, payload: [1, 2, 3])), from: endpoint(3))
        let datagram = try #require(answered.datagrams.first)
        #expect(datagram.messages == [.ack(Ack(sequence: 77))])
        #expect(datagram.destination == endpoint(2) && datagram.receiver.takesChecksum)
        // A second answer, and the timeout, say nothing more.
        #expect(node.hear(.ack(Ack(sequence: ping.sequence))).isEmpty)
        #expect(node.advance(by: 5).isEmpty)
    }

    @Test func silenceIsReportedWhileTheAskingNodeStillListens() throws {
        var (node, ping) = try relay()
        let silent = node.advance(by: 0.4)
        #expect(silent.messages == [.nack(Nack(sequence: 77))])
        #expect(silent.datagrams.map(\.destination) == [endpoint(2)])
        // A late answer is still passed on.
        node.advance(by: 0.05)
        let answered = node.hear(.ack(Ack(sequence: ping.sequence)))
        #expect(answered.messages == [.ack(Ack(sequence: 77))])
        #expect(node.advance(by: 5).isEmpty)
    }

    @Test func noNackWhereNoneIsWanted() throws {
        var (node, ping) = try relay(nack: false)
        #expect(node.advance(by: 0.5).isEmpty)
        #expect(node.hear(.ack(Ack(sequence: ping.sequence))).isEmpty)
    }

    @Test func anAnswerAfterTheTimeoutIsNotPassedOn() throws {
        var (node, ping) = try relay()
        node.advance(by: 0.5)
        #expect(node.hear(.ack(Ack(sequence: ping.sequence))).isEmpty)
    }

    @Test func portZeroIsThisNodesOwn() throws {
        var node = Node(knowing: 2)
        #expect(node.hear(request(port: 0)).pings.map(\.to) == [endpoint(3)])
    }

    @Test func aTargetThatNoNodeCanHaveIsRefused() {
        var node = Node(knowing: 2)
        let long = NodeName(String(repeating: "x", count: 60_000))
        #expect(node.hear(request(node: long)) == [.noticed(.malformedMessage)])
        let bad = IndirectPing(sequence: 1, target: [1, 2, 3], port: 1, node: "b")
        #expect(node.hear(.indirectPing(bad)) == [.noticed(.malformedMessage)])
    }

    @Test func relaysAreBounded() {
        var node = Node(knowing: 2)
        for _ in 0..<Limits.relays { node.hear(request()) }
        #expect(node.hear(request()) == [.noticed(.overloaded)])
        node.advance(by: 0.5)
        #expect(node.hear(request()).pings.count == 1)
    }
}
