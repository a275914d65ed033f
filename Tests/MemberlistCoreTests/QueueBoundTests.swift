import MemberlistWire
import Testing

@testable import MemberlistCore

/// What the queues hold, what goes when they are full, and who learns of it.
@Suite struct QueueBoundTests {
    private static func queue(count: Int = .max, bytes: Int = .max, own: NodeName? = nil) -> BroadcastQueue {
        BroadcastQueue(
            hash: KeyedHash(seed: 1),
            bounds: BroadcastBounds(count: count, bytes: bytes),
            own: own
        )
    }

    private func drawn(_ queue: inout BroadcastQueue, limit: Int, transmitLimit: Int = 9) -> [[UInt8]] {
        var drawn: [[UInt8]] = []
        queue.draw(overhead: 2, limit: limit, transmitLimit: transmitLimit, into: &drawn)
        return drawn
    }

    @Test("Trap 21: two messages of one age and one length are both sent to their end")
    func equalAgesLoseNothing() {
        var queue = BroadcastQueue()
        queue.queue([1, 1, 1], name: "a")
        // All was drawn, so ages start anew: the next one has the first one's.
        #expect(drawn(&queue, limit: 5) == [[1, 1, 1]])
        queue.queue([2, 2, 2], name: "b")
        #expect(drawn(&queue, limit: 5) == [[2, 2, 2]])
        // Now both have one age, one length and one count.
        #expect(queue.count == 2)
        var sent: [[UInt8]: Int] = [[1, 1, 1]: 1, [2, 2, 2]: 1]
        for _ in 0..<100 { for message in drawn(&queue, limit: 10) { sent[message, default: 0] += 1 } }
        #expect(queue.isEmpty && queue.bytes == 0)
        #expect(sent == [[1, 1, 1]: 9, [2, 2, 2]: 9])
    }

    @Test(
        "Trap 23: a queue holds no more than its bounds, by entries and by bytes",
        arguments: 0..<20 as Range<UInt64>
    )
    func bounds(seed: UInt64) {
        var random = ProtocolRandom(seed: seed)
        var queue = Self.queue(count: 50, bytes: 1_000, own: "self")
        var ends = 0
        for step in 0..<3_000 {
            switch random.below(10) {
            case 0: _ = drawn(&queue, limit: random.below(300))
            case 1: queue.queue([UInt8](repeating: 1, count: random.below(60)), name: "self")
            case 2:
                queue.queue(
                    [UInt8](repeating: 1, count: random.below(90)),
                    name: nil,
                    request: RequestID(UInt64(step))
                )
            default:
                queue.queue([UInt8](repeating: 1, count: random.below(90)), name: peer(random.below(400)))
            }
            #expect(queue.count <= 50 && queue.bytes <= 1_000)
            #expect(queue.bytes == queue.all.map(\.payload.count).reduce(0, +))
            while queue.nextFinished() != nil { ends += 1 }
        }
        #expect(queue.dropped > 100 && ends > 100)
    }

    @Test("Trap 23: the message sent most often goes first") func theMostSentGoes() {
        var queue = Self.queue(count: 3)
        queue.queue([1], name: "a")
        _ = drawn(&queue, limit: 3)
        queue.queue([2, 2], name: "b")
        queue.queue([3, 3], name: "c")
        queue.queue([4, 4], name: "d")
        #expect(queue.payload(about: "a") == nil)
        #expect(queue.count == 3 && queue.dropped == 1)
        // Of those sent equally often a shortest.
        queue.queue([5, 5, 5], name: "e")
        queue.queue([6, 6, 6], name: "f")
        #expect(queue.payload(about: "e") != nil && queue.payload(about: "f") != nil)
    }

    @Test("Trap 23: what a node says of itself is never dropped") func ownWordStays() {
        var node = Node(knowing: 3) {
            $0.probeInterval = 0
            $0.membershipQueue = BroadcastBounds(count: 20, bytes: 100_000)
        }
        node.hear(suspect("self", from: "a"))
        // Sent more often than all that come after it.
        for _ in 0..<3 { node.hear(.ping(Ping(node: "self"))) }
        let refutation = node.core.queuedMessage(about: "self")
        #expect(refutation != nil)
        var told: [Notice] = []
        for number in 0..<500 { told += node.hear(alive(NodeName("x\(number)"), at: 10 + number)).notices }
        #expect(node.core.queuedMessage(about: "self") == refutation)
        #expect(node.core.broadcastDepths.membership.count == 20)
        let dropped = node.core.broadcastDepths.membership.dropped
        #expect(dropped == 481)
        #expect(told.allSatisfy { $0 == .broadcastsDropped(membership: 1, user: 0) } && told.count == dropped)
        let farewell = node.handle(.leaveRequested)
        for number in 0..<500 { node.hear(alive(NodeName("y\(number)"), at: 600 + number)) }
        #expect(farewell.isEmpty || node.core.queuedMessage(about: "self") != nil)
        #expect(
            node.core.queuedMessage(about: "self").flatMap { try? Message.decode($0[...]) }
                == dead("self", incarnation: 2, from: "self")
        )
    }

    @Test("Trap 23: 160,000 news of 20,000 members stay one a member") func oneForEachMember() {
        var queue = BroadcastQueue()
        for number in 0..<160_000 {
            queue.queue([1, 2, 3, UInt8(number & 0xff)], name: peer(number % 20_000))
        }
        #expect(queue.count == 20_000 && queue.bytes == 80_000)
    }

    @Test("Trap 20: a message over the datagram's budget is refused and does not wait")
    func tooLarge() {
        var node = Node(knowing: 3) {
            $0.gossipInterval = .seconds(0.2)
            $0.probeInterval = 0
        }
        let limit = node.core.configuration.broadcastLimit
        for size in [limit, limit + 1, 5_000, 70_000] {
            let refused = node.handle(
                .broadcastRequested(RequestID(1), .init(repeating: 1, count: size), name: "n")
            )
            #expect(refused == [.broadcastFinished(RequestID(1), .tooLarge)])
            #expect(node.core.queuedBroadcasts.user == 0)
        }
        // Those that do fit are not held up.
        node.handle(.broadcastRequested(RequestID(2), [1], name: nil))
        #expect(node.advance(by: 5).contains(.broadcastFinished(RequestID(2), .transmitted)))
        #expect(node.core.queuedBroadcasts.user == 0)
    }
}

/// The application's queue, whole.
@Suite struct ApplicationQueueTests {
    private func request(
        _ node: inout Node,
        _ id: UInt64,
        _ payload: [UInt8] = [1],
        name: NodeName? = nil,
        invalidates: [NodeName] = []
    ) -> [Directive] {
        node.handle(.broadcastRequested(RequestID(id), payload, name: name, invalidates: invalidates))
    }

    private func end(_ id: UInt64, _ outcome: BroadcastOutcome) -> Directive {
        .broadcastFinished(RequestID(id), outcome)
    }

    @Test func aNameReplacesItsOwnAndThoseItMakesVoid() {
        var node = Node(knowing: 2) { $0.probeInterval = 0 }
        _ = request(&node, 1, name: "users/1")
        _ = request(&node, 2, name: "users/2")
        _ = request(&node, 3, name: "groups/1")
        _ = request(&node, 4)
        let ends = request(
            &node,
            5,
            name: "users",
            invalidates: ["users/2", "users/1", "users/1", "users/9"]
        )
        #expect(Set(ends) == [end(1, .replaced), end(2, .replaced)])
        #expect(node.core.queuedBroadcasts.user == 3)
        #expect(request(&node, 6, name: "users") == [end(5, .replaced)])
        #expect(request(&node, 7).isEmpty, "one without a name replaces nothing")
    }

    @Test func oneThatWasTakenBackIsSentNoMore() {
        var node = Node(knowing: 9) {
            $0.gossipInterval = .seconds(0.2)
            $0.probeInterval = 0
        }
        _ = request(&node, 1, [7, 7])
        #expect(node.advance(by: 0.2).messages.contains(.user([7, 7])))
        #expect(node.handle(.broadcastCancelled(RequestID(1))) == [end(1, .cancelled)])
        #expect(node.handle(.broadcastCancelled(RequestID(1))).isEmpty)
        #expect(node.advance(by: 10).messages.isEmpty && node.core.broadcastDepths.user.bytes == 0)
    }

    @Test func aFullQueueDropsWhatWasSentAndRefusesElse() {
        var node = Node(knowing: 9) {
            $0.gossipInterval = .seconds(0.2)
            $0.probeInterval = 0
            $0.userQueue = BroadcastBounds(count: 2, bytes: 4_000)
        }
        _ = request(&node, 1, .init(repeating: 1, count: 1_000), name: "n")
        _ = request(&node, 2, .init(repeating: 1, count: 900))
        #expect(request(&node, 3) == [end(3, .queueFull)])
        // One that replaces needs no more room.
        #expect(request(&node, 4, .init(repeating: 1, count: 1_000), name: "n") == [end(1, .replaced)])
        node.advance(by: 0.2)
        let full = request(&node, 5)
        #expect(Set(full) == [end(4, .dropped), .noticed(.broadcastsDropped(membership: 0, user: 1))])
        #expect(node.core.broadcastDepths.user.dropped == 1)
        #expect(request(&node, 6) == [end(6, .queueFull)])
    }

    @Test func bytesAreBoundedToo() {
        var node = Node(knowing: 2) {
            $0.probeInterval = 0
            $0.userQueue = BroadcastBounds(count: 100, bytes: 2_000)
        }
        #expect(request(&node, 1, .init(repeating: 1, count: 999)).isEmpty)
        #expect(request(&node, 2, .init(repeating: 1, count: 999)).isEmpty)
        #expect(request(&node, 3) == [end(3, .queueFull)])
        #expect(node.core.broadcastDepths.user == BroadcastQueueDepth(count: 2, bytes: 2_000, dropped: 0))
    }

    @Test func prunedAreThoseSentMostOften() {
        var node = Node(knowing: 9) {
            $0.gossipInterval = .seconds(0.2)
            $0.probeInterval = 0
        }
        _ = request(&node, 1, .init(repeating: 1, count: 1_300))
        _ = request(&node, 2, .init(repeating: 1, count: 1_200))
        node.advance(by: 0.2)
        let pruned = node.handle(.broadcastsPruned(retain: 1))
        #expect(pruned.contains(end(1, .dropped)) && node.core.queuedBroadcasts.user == 1)
        #expect(node.handle(.broadcastsPruned(retain: 0)).contains(end(2, .dropped)))
        #expect(node.core.queuedBroadcasts.user == 0)
    }

    /// Two that fit no datagram together, and a number of listeners that both divide: told by turns, each would
    /// meet every other listener twice and the rest never.
    @Test(arguments: [2, 4, 6, 10, 12]) func eachIsToldToAllThoughTheyDoNotFitTogether(listeners: Int) {
        var node = Node(knowing: listeners) {
            $0.gossipInterval = .seconds(0.2)
            $0.probeInterval = 0
            $0.retransmitMultiplier = 1
        }
        for id in 1...4 as ClosedRange<UInt64> {
            _ = request(&node, id, .init(repeating: UInt8(id), count: 1_000))
        }
        let sent = node.advance(by: 60).datagrams
        for id in 1...4 as ClosedRange<UInt8> {
            let told = sent.filter { $0.messages.contains(.user(.init(repeating: id, count: 1_000))) }
            #expect(Set(told.map(\.destination)).count == listeners, "\(id)")
        }
    }

    @Test func anAddressIsReachedWithoutAName() {
        var node = Node(knowing: 1) { $0.probeInterval = 0 }
        let known = node.handle(.messageAddressed([5], to: endpoint(2))).datagrams
        #expect(known.map(\.receiver) == [node.core.receiver(named: "a")] && known[0].receiver.name == "a")
        let stranger = node.handle(.messageAddressed([5], to: endpoint(77))).datagrams
        #expect(stranger.map(\.receiver) == [.unknown] && stranger.map(\.destination) == [endpoint(77)])
        #expect(stranger.flatMap(\.messages) == [.user([5])])
        node.hear(dead("a", from: "a"))
        #expect(node.handle(.messageAddressed([5], to: endpoint(2))).datagrams.map(\.receiver) == [.unknown])
    }
}
