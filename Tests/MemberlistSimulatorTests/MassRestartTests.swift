import Memberlist
import MemberlistCore
import MemberlistWire
import Testing

@testable import MemberlistSimulator

/// After all nodes of a large cluster started anew, some still hold verdicts of the time before, at incarnations far
/// above what the nodes now say of themselves. Gossip told of those verdicts long ago, to nodes that are no more.
@Suite struct MassRestartTests {
    private static let nodes = 500
    private static let old: UInt32 = 100

    @Test("Trap 13: of 500 nodes each old verdict comes to whom it is about, and all agree again")
    func oldVerdictsComeToWhomTheyAreAbout() async throws {
        let simulation = try Simulation(nodes: Self.nodes, seed: 13, judges: []) { configuration, _ in
            configuration.compression = false
            // Only exchanges of states are left to tell of what was gossiped.
            configuration.gossip.pushPullInterval = .seconds(10)
        }
        defer { simulation.world.end() }
        let world = simulation.world
        world.makeWhole()
        var failures = 0
        let verdicts = stride(from: 0, to: Self.nodes, by: 20)
            .map { (subject: simulation[$0].name, accuser: ($0 + 7) % Self.nodes) }
        world.sabotage.hearing = { _, message in if case .dead = message { nil } else { message } }
        for verdict in verdicts {
            let dead = Dead(incarnation: Self.old, node: verdict.subject, from: "node-1")
            world.perform(
                .messageReceived(.dead(dead), from: simulation[1].endpoint),
                on: world.hosts[verdict.accuser]
            )
        }
        // Time enough to gossip of them as often as there is need.
        await simulation.run(for: .milliseconds(1_200))
        world.sabotage.hearing = nil
        let held = verdicts.filter { verdict in
            let standing = simulation.state.standing(of: verdict.accuser, about: verdict.subject)
            return standing?.state == .dead && standing?.incarnation == Self.old
        }
        #expect(held.count * 2 > verdicts.count, "an exchange may have told of some")
        simulation.observe { if case .member(_, .failed) = $0.kind { failures += 1 } }
        let took = await simulation.run(atMost: .seconds(60), lookingEvery: .seconds(1)) { state in
            state.mayBeConverged && state.isConverged
        }
        #expect(took != nil, "\(simulation.state.firstDisagreement ?? "")")
        #expect(failures == 0)
        for verdict in verdicts {
            let standing = simulation.state.standing(of: verdict.accuser, about: verdict.subject)
            #expect(standing?.state == .alive && (standing?.incarnation ?? 0) > Self.old)
        }
    }
}
