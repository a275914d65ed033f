import MemberlistWire
import Testing

@testable import MemberlistCore

/// A mass join or restart: what a joiner tells, and what each node does when it is over.
@Suite struct SettlingTests {
    private static func gossips(_ configuration: inout ProtocolConfiguration) {
        configuration.gossipInterval = .seconds(0.2)
        configuration.pushPullInterval = .seconds(1_000)
        configuration.probeInterval = 0
    }

    private func exchanges(_ directives: [Directive]) -> Int {
        directives.count { if case .exchangeState = $0 { true } else { false } }
    }

    private func states(_ numbers: Range<Int>) -> PushPull {
        PushPull(nodes: NodeStates(numbers.map { state(peer($0), at: $0 + 2) }))
    }

    /// Joins the member at 10.0.0.2, which answers with what it knows.
    private func join(_ node: inout Node, _ id: UInt64, answer: Range<Int>) -> [Directive] {
        node.handle(.joinRequested(ExchangeID(id), endpoint(Int(id) + 1), name: nil))
            + node.handle(.stateReceived(ExchangeID(id), states(answer)))
    }

    /// The exchange by which the node looks for whom it has not met.
    private func heal(_ node: inout Node, with seed: Seed) -> ExchangeID? {
        node.handle(.seedsChanged([seed]))
        var directives = node.advance { directive in
            switch directive {
            case .pingOverStream, .exchangeState: true
            default: false
            }
        }
        for case .pingOverStream(let sequence, _, _, _) in directives {
            directives += node.handle(.streamPingFinished(sequence: sequence, answered: true))
        }
        for case .exchangeState(let id, _, _, _) in directives { return id }
        return nil
    }

    private func told(_ node: inout Node) -> Set<NodeName> {
        var told: Set<NodeName> = []
        for message in node.advance(by: 10).messages {
            if case .alive(let alive) = message { told.insert(alive.node) }
        }
        return told
    }

    @Test func whoJoinsAClusterTellsItOfItselfAlone() {
        var node = Node("self", Self.gossips)
        _ = join(&node, 1, answer: 0..<20)
        #expect(node.core.aliveCount == 21)
        #expect(told(&node) == ["self"])
    }

    /// Two clusters become one by a node that joins both: each hears of the other.
    @Test func whoJoinsASecondClusterTellsOfIt() {
        var node = Node("self", Self.gossips)
        _ = join(&node, 1, answer: 0..<20)
        _ = told(&node)
        _ = join(&node, 2, answer: 20..<30)
        #expect(told(&node) == Set((20..<30).map(peer)))
    }

    /// The second one's answer was asked for before the first one's came: its cluster was not told of the first.
    @Test func whoJoinsTwoClustersAtOnceTellsOfBoth() {
        var node = Node("self", Self.gossips)
        node.handle(.joinRequested(ExchangeID(1), endpoint(2), name: nil))
        node.handle(.joinRequested(ExchangeID(2), endpoint(30), name: nil))
        node.handle(.stateReceived(ExchangeID(1), states(0..<20)))
        node.handle(.stateReceived(ExchangeID(2), states(20..<30)))
        #expect(told(&node).isSuperset(of: (0..<30).map(peer)))
    }

    /// As before, where the application decides on the first one's members while the second one is asked.
    @Test(arguments: [true, false], [true, false])
    func whoJoinsTwoClustersAndAsksTellsOfBoth(ofTheWhole: Bool, byHealing: Bool) throws {
        var node = Node("self") {
            Self.gossips(&$0)
            $0.asksMerge = ofTheWhole
            $0.asksAlive = !ofTheWhole
            $0.healInterval = byHealing ? .seconds(5) : 0
            $0.healMaximumInterval = .seconds(60)
        }
        node.handle(.joinRequested(ExchangeID(1), endpoint(2), name: nil))
        var asked = node.handle(.stateReceived(ExchangeID(1), states(0..<20)))
        var second = ExchangeID(2)
        if byHealing {
            second = try #require(heal(&node, with: Seed(endpoint(60))))
        } else {
            node.handle(.joinRequested(second, endpoint(30), name: nil))
        }
        asked += node.handle(.stateReceived(second, states(20..<30)))
        while !asked.isEmpty {
            asked = asked.flatMap { directive in
                switch directive {
                case .decideMerge(let id, _): node.handle(.mergeDecided(id, allowed: true))
                case .decideAlive(let id, _): node.handle(.aliveDecided(id, allowed: true))
                default: [Directive]()
                }
            }
        }
        #expect(node.core.aliveCount == 31)
        #expect(told(&node).isSuperset(of: (0..<30).map(peer)))
    }

    @Test func afterABurstStatesAreExchangedOnce() {
        var node = Node(knowing: 3, Self.gossips)
        for number in 3..<11 { node.hear(alive(peer(number), at: number + 2)) }
        #expect(exchanges(node.advance(by: 10)) == 1)
        for number in 11..<30 { node.hear(alive(peer(number), at: number + 2)) }
        #expect(exchanges(node.advance(by: 300)) == 0, "three in an interval")
        #expect(exchanges(node.advance(by: 30)) == 1)
    }

    /// What was told before the others knew of it, it has missed.
    @Test func whoHasJoinedExchangesStatesOnceMore() {
        var node = Node("self", Self.gossips)
        #expect(exchanges(join(&node, 1, answer: 0..<3)) == 1)
        #expect(exchanges(node.advance(by: 10)) == 1)
        #expect(exchanges(node.advance(by: 100)) == 0)
    }

    /// An exchange tells of all members. Those of 160 are four times as far apart as a few members' are, and three bursts
    /// may be followed by one in that time.
    @Test func burstsInALargeClusterAreNotFollowedMoreOften() {
        var node = Node(knowing: 160) {
            Self.gossips(&$0)
            $0.pushPullInterval = .seconds(30)
        }
        var moments: [Double] = []
        for burst in 0..<80 {
            for number in 0..<8 {
                node.hear(alive(peer(number), at: number + 2, incarnation: UInt32(burst + 2)))
            }
            for case .exchangeState in node.advance(by: 5) {
                moments.append(Double(node.now.nanoseconds(since: .at(0))) / 1e9)
            }
        }
        // Three in each of three times of 120 s, one to three in what has begun of a fourth, and the node's own rounds.
        #expect((12...16).contains(moments.count), "\(moments)")
        for (first, fifth) in zip(moments, moments.dropFirst(5)) {
            #expect(fifth - first >= 115, "\(moments)")
        }
    }

    @Test func fewNewsAreNoBurst() {
        var node = Node(knowing: 3, Self.gossips)
        for number in 3..<10 { node.hear(alive(peer(number), at: number + 2)) }
        #expect(exchanges(node.advance(by: 10)) == 0)
    }
}
