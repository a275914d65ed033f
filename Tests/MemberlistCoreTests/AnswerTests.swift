import MemberlistWire
import Testing

@testable import MemberlistCore

/// Whom this node answers, and where the answer goes.
@Suite struct AnswerTests {
    private func ping(
        _ name: NodeName = "self",
        address: [UInt8] = [],
        port: UInt16 = 0,
        from source: NodeName = ""
    ) -> Message {
        .ping(
            Ping(
                sequence: 5,
                node: name,
                sourceAddress: WireBytes(address),
                sourcePort: port,
                sourceNode: source
            )
        )
    }

    private func destination(_ message: Message, from sender: Endpoint) throws -> Endpoint {
        var node = Node(knowing: 3)
        let directives = node.hear(message, from: sender)
        #expect(directives.messages == [.ack(Ack(sequence: 5))])
        return try #require(directives.datagrams.first).destination
    }

    @Test func aPingForAnotherNameIsDropped() {
        var node = Node(knowing: 1)
        #expect(node.hear(ping("someone")) == [.noticed(.misdirectedPing("someone"))])
    }

    @Test func aPingForNobodyIsAnswered() throws {
        #expect(try destination(ping(""), from: endpoint(40, port: 1)) == endpoint(40, port: 1))
    }

    @Test func theAnswerGoesWhereThePingSays() throws {
        let said = ping(address: endpoint(40).address.bytes, port: 9)
        #expect(try destination(said, from: endpoint(40, port: 1)) == endpoint(40, port: 9))
    }

    @Test func anAddressWithoutAPortOrAPortAloneIsNotEnough() throws {
        let sender = endpoint(40, port: 1)
        #expect(try destination(ping(address: endpoint(40).address.bytes), from: sender) == sender)
        #expect(try destination(ping(port: 9), from: sender) == sender)
        #expect(try destination(ping(address: [1, 2, 3], port: 9), from: sender) == sender)
    }

    @Test func aKnownMembersAddressIsObeyed() throws {
        let said = ping(address: endpoint(3).address.bytes, port: 7946)
        #expect(try destination(said, from: endpoint(40, port: 1)) == endpoint(3))
    }

    @Test func aStrangersAddressIsNotObeyed() throws {
        let victim = ping(address: endpoint(99).address.bytes, port: 53, from: "a")
        #expect(try destination(victim, from: endpoint(40, port: 1)) == endpoint(40, port: 1))
        // Nor another port of a member's: only where it listens.
        let port = ping(address: endpoint(3).address.bytes, port: 53, from: "b")
        #expect(try destination(port, from: endpoint(40, port: 1)) == endpoint(40, port: 1))
    }

    @Test func aMappedAddressIsTheSameAddress() throws {
        let mapped = [UInt8](repeating: 0, count: 10) + [0xff, 0xff] + endpoint(40).address.bytes
        #expect(
            try destination(ping(address: mapped, port: 9), from: endpoint(40, port: 1))
                == endpoint(40, port: 9)
        )
    }

    @Test func aReapedMembersAddressIsNotObeyed() throws {
        var node = Node(knowing: 1) { $0.probeInterval = 0 }
        node.hear(dead("a", from: "a"))
        node.emptyQueues()
        node.advance(by: 31)
        let directives = node.hear(ping(address: endpoint(2).address.bytes, port: 7946), from: endpoint(40))
        #expect(directives.datagrams.map(\.destination) == [endpoint(40)])
    }

    @Test func theChecksumDependsOnWhatTheAskingNodeUnderstands() throws {
        var node = Node(knowing: 1)
        node.hear(alive("old", at: 9, versions: [1, 4, 2, 0, 0, 0]))
        node.emptyQueues()
        let here = endpoint(40)
        #expect(node.hear(ping(from: "a"), from: here).datagrams.map(\.receiver.takesChecksum) == [true])
        #expect(node.hear(ping(from: "old"), from: here).datagrams.map(\.receiver.takesChecksum) == [false])
        #expect(
            node.hear(ping(from: "unknown"), from: here).datagrams.map(\.receiver.takesChecksum) == [false]
        )
    }

    @Test func userMessagesAreDeliveredAndSent() throws {
        var node = Node(knowing: 1)
        #expect(node.hear(.user([1, 2]), from: endpoint(40)) == [.deliver([1, 2], from: endpoint(40))])
        let sent = node.handle(.messageRequested([3, 4], to: "a"))
        #expect(sent.messages == [.user([3, 4])])
        #expect(sent.datagrams.map(\.destination) == [endpoint(2)])
        #expect(node.handle(.messageRequested([3, 4], to: "nobody")).isEmpty)
        // Never a datagram that is larger than configured, nor an empty one.
        #expect(
            node.handle(.messageRequested(.init(repeating: 0, count: 1_392), to: "a")).datagrams.count == 1
        )
        for size in [1_393, 70_000] {
            let refused = node.handle(.messageRequested(.init(repeating: 0, count: size), to: "a"))
            #expect(refused == [.noticed(.overloaded)])
        }
    }
}
