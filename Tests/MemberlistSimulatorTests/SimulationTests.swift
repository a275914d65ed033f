import Memberlist
import MemberlistSimulator
import Testing

@Suite struct SimulationTests {
    private func simulation(_ nodes: Int, seed: UInt64, loss: Double = 0) throws -> Simulation {
        let key = try SecretKey(bytes: [UInt8](repeating: 7, count: 32))
        return try Simulation(nodes: nodes, seed: seed, network: .lossy(loss)) { configuration, _ in
            configuration.keyring = Keyring(primary: key)
            configuration.label = "test"
        }
    }

    @Test func aClusterFindsItself() async throws {
        let simulation = try simulation(10, seed: 1)
        for node in simulation.nodes.dropFirst() { node.join(through: simulation[0]) }
        try await simulation.expect(within: .seconds(10)) { $0.isConverged }
        simulation[3].crash()
        try await simulation.expect(within: .seconds(40)) { $0.isConverged }
        simulation[3].restart()
        simulation[3].join(through: simulation[0])
        try await simulation.expect(within: .seconds(40)) { $0.isConverged }
    }

    @Test func oneSeedGivesOneHistory() async throws {
        var histories: [String] = []
        for seed: UInt64 in [5, 5, 6] {
            let simulation = try simulation(8, seed: seed, loss: 0.1)
            for node in simulation.nodes.dropFirst() { node.join(through: simulation[0]) }
            await simulation.run(for: .seconds(60))
            histories.append(simulation.history)
        }
        #expect(histories[0] == histories[1])
        #expect(histories[0] != histories[2])
    }

    @Test(arguments: [true, false])
    func aHeldProcessSaysNothingOverStreams(blocks: Bool) async throws {
        let simulation = try simulation(3, seed: 1)
        for node in simulation.nodes.dropFirst() { node.join(through: simulation[0]) }
        try await simulation.expect(within: .seconds(10)) { $0.isConverged }
        var heard: [Duration] = []
        simulation.observe { observation in
            if case .message(_, _) = observation.kind { heard.append(observation.time) }
        }
        simulation[1].sendReliably([1, 2, 3], to: simulation[0])
        if blocks { simulation[1].block() } else { simulation[1].pause() }
        await simulation.run(for: .seconds(1))
        #expect(heard.isEmpty)
        let released = simulation.time
        simulation[1].resume()
        await simulation.run(for: .seconds(1))
        #expect(heard.count == 1)
        #expect(try #require(heard.first) - released < .milliseconds(10))
    }
}
