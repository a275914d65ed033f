import MemberlistCore
import MemberlistWire
import Testing

/// Clusters that begin whole.
@Suite struct AdoptingTests {
    @Test func adoptedMembersAreAliveAndNotGossiped() {
        let seeds: [UInt64] = [1, 2, 3]
        var cores = seeds.map { seed in
            let number = Int(seed)
            return GossipProtocol(
                configuration: ProtocolConfiguration(name: peer(number), endpoint: endpoint(number + 1)),
                seed: seed,
                at: .at(0)
            )
        }
        let members = AdoptedMembers(cores.map(\.ownState))
        for index in cores.indices {
            cores[index].adopt(members, at: .at(0))
            #expect(cores[index].aliveCount == 3)
            #expect(cores[index].queuedBroadcasts.membership == 0)
            #expect(cores[index].nextDirective() == nil)
        }
        #expect(cores[0].member(named: peer(2))?.endpoint == endpoint(3))
    }
}
