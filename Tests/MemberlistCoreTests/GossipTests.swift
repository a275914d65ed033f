import MemberlistWire
import Testing

@testable import MemberlistCore

/// Who is gossiped to, and what fits.
@Suite struct GossipTests {
    private static func gossips(_ configuration: inout ProtocolConfiguration) {
        configuration.gossipInterval = .seconds(0.2)
        configuration.probeInterval = 0
    }

    private func broadcast(_ node: inout Node, _ size: Int, id: UInt64 = 1, name: NodeName? = nil)
        -> [Directive]
    {
        node.handle(.broadcastRequested(RequestID(id), .init(repeating: 7, count: size), name: name))
    }

    @Test func thoseThatMayLiveAreToldAndNoOther() {
        var node = Node(knowing: 6, Self.gossips)
        node.hear(suspect("b", from: "a"))
        node.hear(dead("c", from: "a"))
        node.hear(dead("d", from: "d"))
        node.emptyQueues()
        func told(_ count: Int) -> Set<Endpoint> {
            var told: Set<Endpoint> = []
            for _ in 0..<count {
                node.hear(suspect("self", incarnation: node.core.localMember.incarnation, from: "a"))
                told.formUnion(node.advance(by: 0.2).datagrams.map(\.destination))
            }
            return told
        }
        // a, e, f; the suspect; the recently dead. Neither who left nor this node.
        #expect(told(40) == [endpoint(2), endpoint(3), endpoint(4), endpoint(6), endpoint(7)])
        node.advance(by: 31)
        #expect(!told(40).contains(endpoint(4)))
    }

    @Test func eachReceiverOnceARoundAndEachDrawsAnew() {
        var node = Node(knowing: 9, Self.gossips)
        _ = broadcast(&node, 1_000, id: 1)
        _ = broadcast(&node, 1_000, id: 2)
        let sent = node.advance(by: 0.2).datagrams
        #expect(sent.count == 3 && Set(sent.map(\.destination)).count == 3)
        // Two that do not fit one datagram: the second waits until all have heard the first.
        #expect(sent.allSatisfy { $0.messages.count == 1 })
    }

    @Test func moreNewsThanARoundCarriesGoesToMoreMembers() {
        var node = Node(knowing: 60, Self.gossips)
        for number in 0..<60 {
            node.hear(
                alive(peer(number), at: number + 2, incarnation: 2, meta: .init(repeating: 1, count: 300))
            )
        }
        // Three to a datagram: twelve carry 36 of the 60 that wait, which is what a round sends at most.
        #expect(node.advance(by: 0.2).datagrams.count == 12)
        let sent = node.advance(by: 20).datagrams.flatMap(\.messages).count + 36
        // 4 x ceil(log10(61 + 1)) times each, as with any queue.
        #expect(sent == 60 * 8)
        node.hear(alive("a", at: 2, incarnation: 3))
        #expect(node.advance(by: 0.2).datagrams.count == 3)
    }

    @Test func withNothingToSayNothingIsSent() {
        var node = Node(knowing: 9, Self.gossips)
        #expect(node.advance(by: 10).isEmpty)
    }

    /// Rounds that were left out do not move those that come; one that would be at this moment is left out, too.
    @Test func newsWaitForTheNextRoundThatWouldHaveCome() throws {
        var node = Node(knowing: 9, Self.gossips)
        node.hear(alive("a", at: 2, incarnation: 2))
        let round = try #require(node.core.nextDeadline)
        node.advance(to: round.advanced(byNanoseconds: .seconds(10)))
        #expect(node.core.nextDeadline == nil)
        node.hear(alive("a", at: 2, incarnation: 3))
        #expect(node.core.nextDeadline == round.advanced(byNanoseconds: .seconds(10.2)))
        node.advance(to: round.advanced(byNanoseconds: .seconds(20.1)))
        node.hear(alive("a", at: 2, incarnation: 4))
        #expect(node.core.nextDeadline == round.advanced(byNanoseconds: .seconds(20.2)))
    }

    @Test func aBroadcastEndsAfterItsTransmissions() {
        var node = Node(knowing: 9, Self.gossips)
        _ = broadcast(&node, 10, id: 4)
        let directives = node.advance(by: 10)
        // 4 x ceil(log10(10 + 1)) is 8: fewer than there are listeners.
        #expect(directives.datagrams.count == 9)
        #expect(directives.contains(.broadcastFinished(RequestID(4), .transmitted)))
    }

    @Test func everyMemberHearsABroadcast() {
        var node = Node(knowing: 40, Self.gossips)
        node.hear(dead("c", from: "a"))
        node.emptyQueues()
        _ = broadcast(&node, 10, id: 4)
        let first = node.advance(by: 0.4).datagrams
        _ = broadcast(&node, 20, id: 5)
        let sent = first + node.advance(by: 10).datagrams
        for size in [10, 20] {
            let heard = sent.filter { $0.messages.contains(.user(.init(repeating: 7, count: size))) }
            #expect(heard.count == 39, "each once: all but the dead one")
            #expect(Set(heard.map(\.destination)).count == 39)
        }
    }

    @Test func oneOfTheSameNameReplaces() {
        var node = Node(knowing: 2)
        #expect(broadcast(&node, 10, id: 1, name: "n").isEmpty)
        #expect(broadcast(&node, 10, id: 2, name: "n") == [.broadcastFinished(RequestID(1), .replaced)])
        #expect(node.core.queuedBroadcasts.user == 1)
    }

    @Test(arguments: [512, 1_400, 65_000]) func noPayloadExceedsItsLimit(limit: Int) {
        var random = ProtocolRandom(seed: UInt64(limit))
        var node = Node(knowing: 20) {
            Self.gossips(&$0)
            $0.payloadLimit = limit
            $0.checksummedPayloadLimit = limit - 5
        }
        node.hear(alive("old", at: 99, versions: [1, 4, 2, 0, 0, 0]))
        var largest = 0
        for round in 0..<300 {
            for id in 0..<20 {
                _ = broadcast(&node, random.below(round.isMultiple(of: 3) ? limit : 60), id: UInt64(id))
            }
            let directives = node.advance(by: 0.2) + node.hear(.ping(Ping(node: "self", sourceNode: "a")))
            for datagram in directives.datagrams {
                let bound = datagram.receiver.takesChecksum ? limit - 5 : limit
                largest = max(largest, datagram.payload.count)
                #expect(datagram.payload.count <= bound)
                #expect(datagram.receiver.takesChecksum == (datagram.destination != endpoint(99)))
                #expect(!datagram.messages.isEmpty)
            }
        }
        #expect(largest > limit - 20)
    }

    @Test("Trap 19: a datagram holds at most 255 parts, and the rest goes in the next ones")
    func aDatagramHoldsAtMost255Parts() {
        var node = Node(knowing: 20) {
            Self.gossips(&$0)
            $0.payloadLimit = 60_000
            $0.checksummedPayloadLimit = 60_000
        }
        for id in 0..<1_000 { _ = broadcast(&node, 1, id: UInt64(id)) }
        let first = node.advance(by: 0.2)
        #expect(first.datagrams.map(\.messages.count) == [255, 255, 255] && first.notices.isEmpty)
        let rest = node.advance(by: 60)
        let ends = rest.filter { if case .broadcastFinished(_, .transmitted) = $0 { true } else { false } }
        #expect(ends.count == 1_000 && rest.notices.isEmpty)
        // Drawn is sent: 1,000 messages to 20 listeners each.
        #expect((first + rest).datagrams.map(\.messages.count).reduce(0, +) == 20_000)
    }

    @Test func theLargestBroadcastGoesOutAndALargerOneIsRefused() {
        var node = Node(knowing: 3, Self.gossips)
        let limit = node.core.configuration.broadcastLimit
        #expect(broadcast(&node, limit, id: 2) == [.broadcastFinished(RequestID(2), .tooLarge)])
        #expect(broadcast(&node, limit - 1, id: 1).isEmpty)
        #expect(node.advance(by: 5).contains(.broadcastFinished(RequestID(1), .transmitted)))
    }

    @Test func gossipRidesOnAcks() {
        var node = Node(knowing: 3) { $0.probeInterval = 0 }
        node.hear(suspect("a", from: "b"))
        let answer = node.hear(.ping(Ping(sequence: 3, node: "self"))).datagrams
        #expect(answer.map(\.messages) == [[.ack(Ack(sequence: 3)), suspect("a", from: "b")]])
    }

    @Test func theLeaveGoesFirst() throws {
        var node = Node(knowing: 9, Self.gossips)
        for id in 0..<100 { _ = broadcast(&node, 300, id: UInt64(id)) }
        for number in 0..<9 {
            node.hear(
                alive(peer(number), at: number + 2, incarnation: 2, meta: .init(repeating: 1, count: 400))
            )
        }
        let farewell = dead("self", from: "self")
        let sent = node.handle(.leaveRequested).datagrams
        #expect(sent.count == 3)
        for datagram in sent { #expect(datagram.messages.first == farewell) }
        let answer = try #require(node.hear(.ping(Ping(node: "self"))).datagrams.first)
        #expect(answer.messages.dropFirst().first == farewell)
    }

    @Test func messagesReplacedUnsentLeaveNoTrace() {
        var queue = BroadcastQueue()
        for number in 0..<10_000 {
            queue.queue([UInt8](repeating: 1, count: number % 7), name: "n")
            if number.isMultiple(of: 100) { queue.queue([9], name: NodeName("k\(number)")) }
        }
        #expect(queue.count == 101)
        #expect(queue.slotCount < 500)
        var drawn: [[UInt8]] = []
        queue.draw(overhead: 2, limit: 10_000, transmitLimit: 1, into: &drawn)
        #expect(drawn.count == 101 && queue.isEmpty)
    }
}
