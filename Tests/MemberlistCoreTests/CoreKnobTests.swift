import MemberlistWire
import Testing

@testable import MemberlistCore

/// Knobs that only time and what is sent show, each with values that no preset has: one that is ignored fails the test
/// that names it.
@Suite struct CoreKnobTests {
    /// Nothing but gossip rounds.
    private func gossiper(
        knowing count: Int,
        _ change: (inout ProtocolConfiguration) -> Void
    ) -> Node {
        Node(knowing: count) {
            $0.gossipInterval = .seconds(0.2)
            $0.probeInterval = 0
            $0.suspicionMultiplier = 1_000
            change(&$0)
        }
    }

    /// What was sent, and when: seconds from now.
    private func sent(by node: inout Node, within seconds: Double) -> [(at: Double, directives: [Directive])]
    {
        let start = node.now
        let end = start.advanced(byNanoseconds: .seconds(seconds))
        var sent: [(at: Double, directives: [Directive])] = []
        while let deadline = node.core.nextDeadline, deadline <= end {
            let directives = node.advance(to: deadline)
            if !directives.datagrams.isEmpty {
                sent.append((Double(node.now.nanoseconds(since: start)) / 1e9, directives))
            }
        }
        return sent
    }

    private func gaps(_ times: [Double]) -> [Double] {
        zip(times, times.dropFirst()).map { (($1 - $0) * 1_000).rounded() / 1_000 }
    }

    // MARK: Dissemination

    @Test(arguments: [0.05, 0.7, 3]) func roundsOfGossipComeAtTheirInterval(seconds: Double) {
        var node = gossiper(knowing: 12) { $0.gossipInterval = .seconds(seconds) }
        node.handle(.broadcastRequested(RequestID(1), [7], name: nil))
        let times = sent(by: &node, within: 20 * seconds).map(\.at)
        // Three of twelve in each round.
        #expect(times.count == 4)
        #expect(gaps(times).allSatisfy { $0 == seconds }, "\(times)")
    }

    @Test(arguments: [0, 1, 2, 5]) func aRoundTellsSoManyNodes(nodes: Int) {
        var node = gossiper(knowing: 12) { $0.gossipNodes = nodes }
        node.handle(.broadcastRequested(RequestID(1), [7], name: nil))
        #expect(node.advance(by: 0.2).datagrams.count == nodes)
    }

    @Test(arguments: [1, 3, 6]) func newsAreSentAsOftenAsTheRetransmitMultiplierSays(multiplier: Int) {
        var node = gossiper(knowing: 9) { $0.retransmitMultiplier = multiplier }
        let news = alive("a", at: 2, incarnation: 2)
        node.hear(news)
        // Times ceil(log10(10 + 1)).
        #expect(node.advance(by: 30).messages.count { $0 == news } == multiplier * 2)
    }

    @Test(arguments: [5.0, 50.0]) func theDeadAreToldForTheirTime(seconds: Double) {
        var node = gossiper(knowing: 3) { $0.gossipToTheDead = .seconds(seconds) }
        node.hear(dead("a", from: "b"))
        func isTold() -> Bool {
            var told: Set<Endpoint> = []
            for _ in 0..<10 {
                node.hear(suspect("self", incarnation: node.core.localMember.incarnation, from: "b"))
                node.now = node.now.advanced(byNanoseconds: 1)
                told.formUnion(node.advance(by: 0.2).datagrams.map(\.destination))
            }
            return told.contains(endpoint(2))
        }
        node.advance(by: seconds - 3)
        #expect(isTold())
        node.advance(by: 3)
        #expect(!isTold())
    }

    @Test(arguments: [4.0, 90.0]) func statesAreExchangedAtThePushPullInterval(seconds: Double) {
        var node = Node(knowing: 3) {
            $0.probeInterval = 0
            $0.pushPullInterval = .seconds(seconds)
        }
        var times: [Double] = []
        while times.count < 4, let deadline = node.core.nextDeadline {
            for case .exchangeState(let id, _, _, _) in node.advance(to: deadline) {
                times.append(Double(node.now.nanoseconds(since: .at(0))) / 1e9)
                node.handle(.exchangeFailed(id))
            }
        }
        #expect(times.count == 4 && gaps(times).allSatisfy { $0 == seconds }, "\(times)")
    }

    // MARK: Failure detection

    @Test(arguments: [0.6, 7]) func probesComeAtTheirInterval(seconds: Double) {
        var node = Node(knowing: 4) { $0.probeInterval = .seconds(seconds) }
        node.answering = ["a", "b", "c", "d"]
        let times = sent(by: &node, within: 10 * seconds).map(\.at)
        #expect(times.count >= 9 && gaps(times).allSatisfy { $0 == seconds }, "\(times)")
    }

    @Test(arguments: [0.1, 0.8]) func helpersAreAskedAfterTheProbeTimeout(seconds: Double) throws {
        var node = Node(knowing: 6) { $0.probeTimeout = .seconds(seconds) }
        let all = sent(by: &node, within: 2)
        let asked = try #require(all.first { !$0.directives.pings.isEmpty })
        let helped = try #require(all.first { !$0.directives.indirectPings.isEmpty })
        #expect(gaps([asked.at, helped.at]) == [seconds])
    }

    @Test(arguments: [0, 1, 5]) func soManyHelpersAreAsked(checks: Int) {
        var node = Node(knowing: 9) { $0.indirectChecks = checks }
        _ = node.advance { if case .sendDatagram = $0 { true } else { false } }
        #expect(node.advance(by: 0.5).indirectPings.count == checks)
    }

    @Test(arguments: [(3, 6), (9, 6), (4, 2), (4, 11)])
    func bothMultipliersOfASuspicionCount(multiplier: Int, maximum: Int) {
        var node = Node(knowing: 10) {
            $0.suspicionMultiplier = multiplier
            $0.suspicionMaximumMultiplier = maximum
        }
        node.answering = Set((0..<10).map(peer))
        node.hear(suspect("a", from: "x"))
        let start = node.now
        while !node.advance(by: 0.001).changes.contains(Change("a", .failed)) {
            guard node.now < .at(1_000) else { break }
        }
        let shortest = Formulas.suspicionTimeout(multiplier: multiplier, members: 11, interval: .seconds(1))
        let longest = Int64(maximum) * shortest
        #expect(abs(node.now.nanoseconds(since: start) - longest) <= .seconds(0.001))
    }

    @Test(arguments: [1, 3, 12]) func theHealthMultiplierBoundsTheScore(multiplier: Int) {
        var node = Node(knowing: 4) { $0.healthMultiplier = multiplier }
        for incarnation in 1...20 as ClosedRange<UInt32> {
            node.hear(suspect("self", incarnation: incarnation, from: "a"))
        }
        #expect(node.core.healthScore == multiplier - 1)
    }
}
