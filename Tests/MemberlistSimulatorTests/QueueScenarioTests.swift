import Memberlist
import MemberlistSimulator
import Testing

/// Floods of broadcasts, and why failures are declared, on whole clusters.
@Suite struct QueueScenarioTests {
    @Test("Trap 23: a flood stays within the bounds, and the cluster finds its failures", arguments: 1...3)
    func aFloodIsBounded(seed: UInt64) async throws {
        let simulation = try Simulation(nodes: 12, seed: seed, judges: StandardJudges.all(isExact: true)) {
            configuration,
            _ in
            configuration.broadcasts.maximumCount = 20
            configuration.broadcasts.membershipCount = 16
        }
        simulation.joinAll()
        try await simulation.expect(within: .seconds(30)) { $0.isConverged }
        let events = simulation[0].recordEvents()
        simulation[7].crash()
        for round in 0..<200 {
            for node in [0, 3] {
                simulation[node].broadcast([UInt8](repeating: UInt8(round), count: 900 + round % 7))
                #expect(simulation.state.queuedBroadcasts(of: node).user.count <= 20)
            }
            await simulation.run(for: .milliseconds(100))
        }
        #expect(simulation.state.queuedBroadcasts(of: 0).user.dropped > 0)
        try await simulation.expect(within: .seconds(30)) { _ in events.names(of: .failed) == ["node-7"] }
        try simulation.conclude()
    }

    /// What the evidence says is what the simulation did.
    @Test(arguments: 1...5) func theEvidenceIsTrue(seed: UInt64) async throws {
        let simulation = try Simulation(nodes: 8, seed: seed)
        simulation.joinAll()
        try await simulation.expect(within: .seconds(20)) { $0.isConverged }
        let all = simulation.nodes.map { $0.recordEvents() }
        simulation[5].crash()
        try await simulation.expect(within: .seconds(60)) { _ in
            all.enumerated().allSatisfy { $0.offset == 5 || $0.element.names(of: .failed) == ["node-5"] }
        }
        var probes = 0
        for events in all {
            for case .failed(_, let evidence) in events.all {
                if let suspicion = evidence.suspicion {
                    #expect(suspicion.duration > .zero && suspicion.duration < .seconds(60))
                    #expect(suspicion.confirmations.allSatisfy { $0.after <= suspicion.duration })
                    #expect(suspicion.confirmationCount == suspicion.confirmations.count)
                }
                guard let probe = evidence.probe else { continue }
                probes += 1
                // The helpers are well and so is the network: each says so, and at four fifths of the timeout.
                #expect(probe.helpers.count == 3 && !probe.helpers.contains { $0.name == "node-5" })
                #expect(probe.nacks == 3 && probe.helpers.allSatisfy { $0.sentNack })
                #expect(probe.helpers.allSatisfy { $0.duration >= .milliseconds(400) })
                // Nobody listens where it was: the stream is refused at once.
                #expect(probe.stream?.hasFailed == true && probe.directWait >= .milliseconds(500))
            }
        }
        #expect(probes > 0)
    }
}
