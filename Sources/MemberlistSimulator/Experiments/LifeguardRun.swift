internal import MemberlistCore

/// One simulation of the experiment: so many nodes slow, in one pattern, in one configuration.
struct LifeguardRun: Sendable {
    let experiment: LifeguardExperiment
    let variant: LifeguardVariant
    let anomaly: LifeguardAnomaly
    let seed: UInt64

    /// What it counts.
    private final class Counter {
        let isSlow: [Bool]
        var falsePositives = 0
        var atHealthyNodes = 0

        init(_ slow: [Int], of nodes: Int) {
            var isSlow = [Bool](repeating: false, count: nodes)
            for node in slow { isSlow[node] = true }
            self.isSlow = isSlow
        }

        func observe(_ observation: Observation, in state: SimulationState) {
            guard case .member(let member, .failed) = observation.kind,
                let subject = state.node(named: member.name), !isSlow[subject]
            else { return }
            falsePositives += 1
            if !isSlow[observation.node] { atHealthyNodes += 1 }
        }
    }

    func run() async throws -> LifeguardOutcome {
        let cluster = try ExperimentCluster(nodes: experiment.nodes, seed: seed, adjust: variant.adjust)
        try await cluster.form(quiet: experiment.quiet)
        let simulation = cluster.simulation
        let slow = slowNodes
        let counter = Counter(slow, of: experiment.nodes)
        simulation.observe { [unowned world = simulation.world] observation in
            counter.observe(observation, in: SimulationState(world))
        }
        let before = simulation.totalTraffic
        let end = simulation.time + experiment.length
        while simulation.time < end {
            for node in slow { simulation[node].block() }
            await simulation.run(for: anomaly.blocked)
            for node in slow { simulation[node].resume() }
            await simulation.run(for: anomaly.pause)
        }
        await simulation.run(for: experiment.settling)
        let traffic = simulation.totalTraffic - before
        return LifeguardOutcome(
            variant: variant,
            anomaly: anomaly,
            falsePositives: counter.falsePositives,
            falsePositivesAtHealthyNodes: counter.atHealthyNodes,
            messages: traffic.datagramsSent,
            bytes: traffic.datagramBytesSent + traffic.streamBytesSent,
            history: simulation.history
        )
    }

    /// The same in every configuration.
    private var slowNodes: [Int] {
        var random = ProtocolRandom(seed: seed)
        var chosen: [Int] = []
        random.sample(anomaly.slowNodes, below: experiment.nodes, into: &chosen)
        return chosen
    }
}
