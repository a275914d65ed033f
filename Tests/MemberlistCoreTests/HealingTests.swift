import MemberlistWire
import Testing

@testable import MemberlistCore

/// Who was lost is found again, and nobody is looked for who is not lost.
@Suite struct HealingTests {
    private static func healing(_ configuration: inout ProtocolConfiguration) {
        configuration.healInterval = .seconds(5)
        configuration.healMaximumInterval = .seconds(60)
    }

    /// Timers that are few, so that a day costs little.
    private static func slow(_ configuration: inout ProtocolConfiguration) {
        healing(&configuration)
        configuration.probeInterval = .seconds(10)
        configuration.probeTimeout = .seconds(3)
        configuration.gossipInterval = .seconds(5)
        configuration.gossipToTheDead = .seconds(120)
        configuration.pushPullInterval = .seconds(300)
    }

    private func node(_ count: Int, _ change: (inout ProtocolConfiguration) -> Void = { _ in }) -> Node {
        var node = Node(knowing: count) {
            $0.probeInterval = 0
            Self.healing(&$0)
            change(&$0)
        }
        node.handle(.seedsChanged([]))
        return node
    }

    private func attempts(_ directives: [Directive]) -> [Endpoint] {
        directives.notices.compactMap { if case .rejoining(let endpoint, _) = $0 { endpoint } else { nil } }
    }

    /// Lets time go on; every ping over a stream is answered, or none.
    private func advance(_ node: inout Node, by seconds: Double, answering: Bool) -> [Directive] {
        var all: [Directive] = []
        let end = node.now.advanced(byNanoseconds: .seconds(seconds))
        while let next = node.core.nextDeadline, next <= end {
            let directives = node.advance(to: next)
            all += directives
            for case .pingOverStream(let sequence, _, _, _) in directives {
                all += node.handle(.streamPingFinished(sequence: sequence, answered: answering))
            }
        }
        node.now = end
        return all
    }

    @Test(
        "Trap 1: after a day apart both sides are one again, by what they remember or by their seeds",
        arguments: [2, 3, 10],
        [false, true]
    )
    func aDayApart(count: Int, hasSeeds: Bool) {
        var cluster = Cluster(count, seed: 4, Self.slow)
        cluster.joinAll()
        cluster.run(60)
        #expect(cluster.isWhole)
        if !hasSeeds { for node in 0..<count { cluster.handle(.seedsChanged([]), by: node) } }
        let half = count / 2
        let apart: (Int, Int) -> Bool = { ($0 < half) != ($1 < half) }
        cluster.losesDatagram = apart
        cluster.losesStream = apart
        cluster.run(86_400)
        #expect(cluster.cores.allSatisfy { $0.memberCount <= count - half }, "all were forgotten")
        cluster.losesDatagram = { _, _ in false }
        cluster.losesStream = { _, _ in false }
        cluster.run(600)
        #expect(cluster.isWhole)
        #expect(cluster.cores.allSatisfy { !$0.isHealing || $0.lostCount > 0 })
        let before = cluster.notices.count
        cluster.run(3_600)
        #expect(
            !cluster.notices.dropFirst(before).contains { if case .rejoining = $0 { true } else { false } }
        )
    }

    @Test("Trap 1: without healing it stays apart, as HashiCorp's does") func withoutHealing() {
        var cluster = Cluster(3, seed: 4) {
            Self.slow(&$0)
            $0.healInterval = 0
        }
        cluster.joinAll()
        cluster.run(60)
        let apart: (Int, Int) -> Bool = { ($0 == 0) != ($1 == 0) }
        cluster.losesDatagram = apart
        cluster.losesStream = apart
        cluster.run(3_600)
        cluster.losesDatagram = { _, _ in false }
        cluster.losesStream = { _, _ in false }
        cluster.run(3_600)
        #expect(!cluster.isWhole)
    }

    @Test("Trap 2: a healthy cluster dials nobody, and has no timer for it") func aHealthyCluster() {
        var cluster = Cluster(8, seed: 7, Self.healing)
        cluster.joinAll()
        cluster.run(15)
        cluster.run(1_800)
        #expect(cluster.isWhole && cluster.cores.allSatisfy { !$0.isHealing })
        #expect(!cluster.notices.contains { if case .rejoining = $0 { true } else { false } })
    }

    @Test("Trap 2: another address of a member is asked once more, says nothing new, and is left in peace")
    func anAlias() throws {
        var node = node(2)
        node.handle(.joinRequested(ExchangeID(1), endpoint(50), name: nil))
        node.handle(.exchangeFailed(ExchangeID(1)))
        var asked: [ExchangeID] = []
        for _ in 0..<40 {
            for exchange in advance(&node, by: 10, answering: false).exchanges {
                asked.append(exchange.id)
                let states = NodeStates([state("a", at: 2), state("b", at: 3)])
                node.handle(.stateReceived(exchange.id, PushPull(nodes: states)))
            }
        }
        #expect(asked.count == 1 && !node.core.isHealing)
        // Once a member fails it may know more.
        node.hear(dead("a", from: "b"))
        #expect(Set(attempts(advance(&node, by: 3_600, answering: false))) == [endpoint(2), endpoint(50)])
    }

    @Test("Trap 2: this node's own address and those of members are no strangers") func ownAddresses() {
        var node = node(2)
        node.handle(.seedsChanged([1, 2, 3, 2].map { Seed(endpoint($0)) }))
        #expect(!node.core.isHealing)
        #expect(attempts(advance(&node, by: 600, answering: true)).isEmpty)
    }

    @Test("Trap 3: whoever is alone asks for its seeds anew, and finds them at their new addresses")
    func allRestartAtOnce() throws {
        var node = node(0)
        node.handle(.joinRequested(ExchangeID(1), endpoint(30), name: nil))
        node.handle(.exchangeFailed(ExchangeID(1)))
        let old = advance(&node, by: 30, answering: false)
        #expect(old.contains(.seedsWanted) && Set(attempts(old)) == [endpoint(30)])
        node.handle(.seedsChanged([Seed(endpoint(40))]))
        let new = advance(&node, by: 120, answering: false)
        #expect(Set(attempts(new)) == [endpoint(40)])
        let exchange = try #require(new.exchanges.last)
        #expect(exchange.state.join)
        node.handle(.stateReceived(exchange.id, PushPull(nodes: NodeStates([state("a", at: 40)]))))
        #expect(node.core.aliveCount == 2)
        #expect(attempts(advance(&node, by: 600, answering: false)).isEmpty)
    }

    @Test func whoIsLostIsPingedByNameAndThenJoined() throws {
        var node = node(1)
        node.hear(dead("a", from: "b"))
        let silent = advance(&node, by: 120, answering: false)
        #expect(!attempts(silent).isEmpty && silent.exchanges.isEmpty)
        let directives = advance(&node, by: 120, answering: true)
        let exchange = try #require(directives.exchanges.first)
        #expect(exchange.with == endpoint(2) && exchange.state.join)
        #expect(node.hear(alive("a", at: 2, incarnation: 2)).changes == [Change("a", .joined)])
        #expect(node.core.lostCount == 0)
        #expect(attempts(advance(&node, by: 600, answering: true)).isEmpty)
    }

    @Test func whoLeftIsNotLookedFor() {
        var node = node(3)
        node.hear(dead("a", from: "a"))
        node.hear(dead("b", from: "c"))
        // It was taken for dead before its farewell came.
        node.hear(dead("b", from: "b"))
        #expect(node.core.lostCount == 0)
        node.handle(.seedsChanged([Seed(endpoint(2))]))
        node.hear(dead("a", incarnation: 2, from: "a"))
        #expect(attempts(advance(&node, by: 600, answering: true)).isEmpty)
    }

    @Test func aSeedThatLeftIsAskedOnlyByWhoIsAlone() {
        var node = node(2)
        node.handle(.seedsChanged([Seed(endpoint(2))]))
        node.hear(dead("a", from: "a"))
        #expect(attempts(advance(&node, by: 600, answering: true)).isEmpty)
        node.hear(dead("b", from: "b"))
        #expect(!attempts(advance(&node, by: 600, answering: true)).isEmpty)
    }

    @Test func pausesDoubleAndBeginAnewWithALoss() {
        var node = node(1)
        node.hear(dead("a", from: "b"))
        let first = attempts(advance(&node, by: 60, answering: false)).count
        #expect((3...7).contains(first), "\(first)")
        let later = attempts(advance(&node, by: 3_600, answering: false)).count
        #expect((60...120).contains(later), "\(later): one in 30 to 60 s")
        node.hear(alive("x", at: 9))
        node.hear(dead("x", from: "b"))
        #expect(attempts(advance(&node, by: 11, answering: false)).count >= 1)
    }

    @Test func aClustersAttemptsDoNotGrowWithItsSize() {
        var all = 0
        for seed in 0..<20 {
            var node = Node(knowing: 20, seed: UInt64(seed)) {
                $0.probeInterval = 0
                Self.healing(&$0)
                $0.healMaximumInterval = .seconds(5)
            }
            for lost in 0..<10 { node.hear(dead(peer(lost), from: "t")) }
            all += attempts(advance(&node, by: 1_000, answering: false)).count
        }
        // Of 11 that live, each takes one round of 5 s, or a little less, in 11.
        #expect((250...650).contains(all), "\(all)")
    }

    @Test func whoIsLostIsForgottenAfterItsTimeAndAboveTheBound() {
        var node = node(1) { $0.healForgets = .seconds(300) }
        node.hear(dead("a", from: "b"))
        _ = advance(&node, by: 400, answering: false)
        #expect(node.core.lostCount == 0 && !node.core.isHealing)
        var small = Node(knowing: 40) {
            $0.probeInterval = 0
            Self.healing(&$0)
            $0.healMemory = 8
        }
        for lost in 0..<40 { small.hear(dead(peer(lost), from: "q")) }
        #expect(small.core.lostCount == 8)
    }

    @Test func oneAddressIsLookedForOnceAndNotWhereAnotherLivesThere() {
        var node = node(1)
        // A pod that comes back under a new name each time.
        for number in 10..<30 {
            node.hear(alive(peer(number), at: 9))
            node.hear(dead(peer(number), from: "a"))
        }
        #expect(node.core.lostCount == 1)
        node.hear(alive("new", at: 9))
        #expect(node.core.lostCount == 0)
        node.hear(alive("old", at: 9))
        node.hear(dead("old", from: "a"))
        #expect(node.core.lostCount == 0, "another lives there")
    }

    @Test func whoLeftLooksForNobodyUntilItJoinsAgain() {
        var node = node(1)
        node.hear(dead("a", from: "b"))
        node.handle(.leaveRequested)
        #expect(attempts(advance(&node, by: 600, answering: true)).isEmpty)
        node.handle(.joinRequested(ExchangeID(1), endpoint(60), name: nil))
        #expect(!attempts(advance(&node, by: 600, answering: true)).isEmpty)
    }

    @Test func aRefusedMergeIsTriedAsSeldomAsCanBe() {
        var node = node(1) { $0.asksMerge = true }
        node.hear(dead("a", from: "b"))
        var refused = 0
        for _ in 0..<60 {
            for exchange in advance(&node, by: 10, answering: true).exchanges {
                let states = NodeStates([state("a", at: 2)])
                for case .decideMerge(let id, _) in node.handle(
                    .stateReceived(exchange.id, PushPull(nodes: states))
                ) {
                    node.handle(.mergeDecided(id, allowed: false))
                    refused += 1
                }
            }
        }
        #expect((9...22).contains(refused), "\(refused) in ten minutes")
        #expect(node.member("a")?.state != .alive)
    }
}

/// Addresses to find a cluster by.
@Suite struct SeedTests {
    private func seed(_ number: Int) -> Seed { Seed(endpoint(number)) }

    @Test func theyAreBounded() {
        var seeds = Seeds()
        for number in 0...Limits.seeds { seeds.insert(seed(number)) }
        let unmet = seeds.unmet(isAlone: false) { _ in false }
        #expect(unmet.count == Limits.seeds && !unmet.contains(seed(0)))
        seeds.replace(with: (0..<600).map { seed($0) })
        #expect(seeds.unmet(isAlone: false) { _ in false }.count == Limits.seeds)
    }

    @Test func whatIsKnownOfThoseThatStayIsKept() {
        var seeds = Seeds()
        seeds.insert(seed(1))
        seeds.insert(seed(2))
        seeds.rest(endpoint(1))
        seeds.replace(with: [seed(1), seed(3)])
        #expect(seeds.unmet(isAlone: false) { _ in false } == [seed(3)])
        #expect(seeds.unmet(isAlone: true) { _ in false } == [seed(1), seed(3)])
        seeds.memberFailed()
        #expect(seeds.unmet(isAlone: false) { _ in false } == [seed(1), seed(3)])
    }
}
