import ProcessSupport
import Testing

@testable import Memberlist

/// A seed is a member, by its name, where names are required: for healing and discovery as for joins.
@Suite(.timeLimit(.minutes(10)))
struct RequiredNameTests {
    private func strict(_ change: (inout MemberlistConfiguration) -> Void = { _ in })
        -> MemberlistConfiguration
    {
        local("strict") {
            $0.requiresNodeNames = true
            ($0.healing.interval, $0.healing.maximumInterval) = (.milliseconds(50), .milliseconds(250))
            change(&$0)
        }
    }

    /// The seed's address is another's for a while, as happens where addresses are given out anew.
    @Test func healingTakesNobodyElseForASeed() async throws {
        let (network, lines) = (InMemoryNetwork(seed: 3), LogLines())
        let place = try endpoint("10.0.0.9")
        let node = try await Memberlist.create(
            strict(),
            transport: network.transport(),
            logger: lines.logger
        )
        #expect(await node.join(["b/\(place)"], timeout: .seconds(5)).allSatisfy { !$0.succeeded })
        let stranger = try await Memberlist.create(local("c"), transport: network.transport(at: place))
        let before = lines.having("trying a seed").count
        try await poll("attempts at the seed", within: .seconds(60)) {
            lines.having("trying a seed").count >= before + 5
        }
        #expect(node.members.count == 1 && stranger.members.count == 1)
        await stranger.shutdown()
        let member = try await Memberlist.create(local("b"), transport: network.transport(at: place))
        try await node.seesAlive(2)
        #expect(node.member(named: "b") != nil)
        await member.shutdown()
        await node.shutdown()
    }

    @Test func discoveryDialsNoAddressWithoutAName() async throws {
        let (network, lines) = (InMemoryNetwork(seed: 4), LogLines())
        let (bare, named) = (try endpoint("10.0.0.8"), try endpoint("10.0.0.9"))
        let others = [
            try await Memberlist.create(local("a"), transport: network.transport(at: bare)),
            try await Memberlist.create(local("b"), transport: network.transport(at: named)),
        ]
        let careful = strict {
            $0.discovery.interval = .milliseconds(200)
            $0.discovery.sources = [StaticDiscovery(["\(bare)", "b/\(named)"])]
        }
        let node = try await Memberlist.create(careful, transport: network.transport(), logger: lines.logger)
        try await node.seesAlive(2)
        try await poll("a word about the bare address", within: .seconds(60)) {
            !lines.having("leads nowhere", "\(bare)", "requiresNodeNames").isEmpty
        }
        #expect(node.alive == ["strict", "b"] && others[0].members.count == 1)
        for other in others { await other.shutdown() }
        await node.shutdown()
    }
}
