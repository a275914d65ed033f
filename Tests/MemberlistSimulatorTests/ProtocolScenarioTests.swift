import Memberlist
import MemberlistSimulator
import Testing

/// What Lifeguard and SWIM promise about time, on whole clusters: each fails where one mechanism is left out.
@Suite struct ProtocolScenarioTests {
    private final class Declared {
        var failures: [NodeName: Int] = [:]
    }

    private func formed(
        seed: UInt64,
        suspicion: Int = 4,
        _ nodes: Int = 16
    ) async throws -> (Simulation, Declared) {
        let simulation = try Simulation(nodes: nodes, seed: seed) { configuration, _ in
            // News travel by gossip alone: no exchange of states makes up for what it leaves out.
            configuration.gossip.pushPullInterval = .seconds(3_600)
            configuration.probe.streamFallback = false
            configuration.suspicion.multiplier = suspicion
        }
        for node in simulation.nodes.dropFirst() { node.join(through: simulation[0]) }
        try await simulation.expect(within: .seconds(20)) { $0.isConverged }
        let declared = Declared()
        simulation.observe { observation in
            if case .member(let member, .failed) = observation.kind {
                declared.failures[member.name, default: 0] += 1
            }
        }
        return (simulation, declared)
    }

    @Test(arguments: 1...5)
    func aRefutationReachesEverybodyByGossip(seed: UInt64) async throws {
        let (simulation, declared) = try await formed(seed: seed, suspicion: 6)
        let name = simulation[5].name
        let cut = simulation.partition([5])
        try await simulation.expect(within: .seconds(20), "somebody suspects it") { state in
            (0..<state.nodeCount).contains { $0 != 5 && state.belief(of: $0, about: name) == .suspect }
        }
        simulation.end(cut)
        // It suspected others too, while it was alone, and is slow to take it back: that is another matter.
        try await simulation.expect(within: .seconds(20), "all took it back") { state in
            (0..<state.nodeCount).allSatisfy { state.belief(of: $0, about: name) == .alive }
        }
        await simulation.run(for: .seconds(60))
        #expect(declared.failures[name] == nil)
    }

    @Test(arguments: 1...5)
    func confirmationsShortenASuspicion(seed: UInt64) async throws {
        let (simulation, declared) = try await formed(seed: seed)
        let name = simulation[3].name
        simulation[3].crash()
        // From 4.8 s for the shortest to 28.9 s for the longest, and some seconds until somebody probes it.
        let took = await simulation.run(atMost: .seconds(60)) { _ in declared.failures[name] == 15 }
        #expect(try #require(took) < .seconds(14))
    }

    @Test(arguments: 1...5)
    func whoLeavesAndReturnsIsAliveToAll(seed: UInt64) async throws {
        let (simulation, declared) = try await formed(seed: seed)
        simulation[7].leave(thenEnds: false)
        let name = simulation[7].name
        try await simulation.expect(within: .seconds(10), "all heard the farewell") { state in
            (0..<state.nodeCount).allSatisfy { $0 == 7 || state.belief(of: $0, about: name) == .left }
        }
        simulation[7].join(through: simulation[2])
        try await simulation.expect(within: .seconds(10)) { $0.isConverged }
        #expect(declared.failures.isEmpty)
    }

    @Test(arguments: 1...5)
    func whoComesBackInPlaceLearnsThatItIsHeldForDeadAndLives(seed: UInt64) async throws {
        let (simulation, _) = try await formed(seed: seed)
        simulation[4].crash()
        await simulation.run(for: .seconds(20))
        simulation[4].restart()
        simulation[4].join(through: simulation[9])
        try await simulation.expect(within: .seconds(10)) { $0.isConverged }
    }
    @Test("Trap 4: who left and comes back at another address is taken there by all", arguments: 1...5)
    func whoLeftAndMovedIsTakenThere(seed: UInt64) async throws {
        let (simulation, declared) = try await formed(seed: seed)
        let name = simulation[4].name
        simulation[4].leave()
        await simulation.run(for: .seconds(5))
        simulation[4].restart(elsewhere: true)
        simulation[4].join(through: simulation[9])
        let place = simulation[4].endpoint
        try await simulation.expect(within: .seconds(10)) { state in
            state.isConverged
                && (0..<state.nodeCount).allSatisfy { state.standing(of: $0, about: name)?.endpoint == place }
        }
        #expect(declared.failures.isEmpty)
    }
}
