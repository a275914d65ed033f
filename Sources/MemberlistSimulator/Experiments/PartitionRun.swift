internal import MemberlistCore

/// One partition and its heal.
struct PartitionRun: Sendable {
    let nodes: Int
    let shape: PartitionShape
    let length: Duration
    let patience: Duration
    let seed: UInt64

    func run() async throws -> PartitionOutcome {
        let cluster = try ExperimentCluster(nodes: nodes, seed: seed, heals: true)
        try await cluster.form(quiet: .seconds(15))
        let simulation = cluster.simulation
        var random = ProtocolRandom(seed: seed)
        // At any moment of the nodes' rounds.
        await simulation.run(for: .nanoseconds(random.below(Int64(1_000_000_000))))
        shape.cut(simulation)
        await simulation.run(for: length)
        simulation.heal()
        let byItself = await cluster.converge(within: patience)
        var (joins, afterJoins): (Int, Duration?) = (0, nil)
        if byItself == nil {
            joins = joinParts(simulation)
            afterJoins = await cluster.converge(within: patience)
        }
        return PartitionOutcome(
            nodes: nodes,
            shape: shape,
            length: length,
            byItself: byItself,
            joins: joins,
            afterJoins: afterJoins,
            history: simulation.history
        )
    }

    /// One node of each part joins through one of the first part. Returns how many did.
    private func joinParts(_ simulation: Simulation) -> Int {
        let parts = Self.parts(simulation)
        for part in parts.dropFirst() { simulation[part].join(through: simulation[parts[0]]) }
        return max(0, parts.count - 1)
    }

    /// The first node of each part: nodes are of one part where one believes the other alive or suspect, or
    /// they are both of another's.
    private static func parts(_ simulation: Simulation) -> [Int] {
        let nodes = simulation.nodes
        var part = Array(nodes.indices)
        for observer in nodes {
            for subject in nodes where subject.index != observer.index {
                let belief = observer.belief(about: subject)
                guard belief == .alive || belief == .suspect else { continue }
                let (kept, merged) = (part[observer.index], part[subject.index])
                guard kept != merged else { continue }
                let (lower, upper) = (min(kept, merged), max(kept, merged))
                for index in part.indices where part[index] == upper { part[index] = lower }
            }
        }
        return part.indices.filter { part[$0] == $0 }
    }
}
