internal import MemberlistCore

/// What is cut in a partition.
public enum PartitionShape: String, Sendable, Hashable, Codable, CaseIterable {
    /// One half from the other, both ways.
    case halves
    /// Every node from every other.
    case islands
    /// Nobody hears one node, which hears all.
    case oneToAll
    /// One half does not hear the other, which hears it.
    case halfToHalf

    /// As it stands in tables.
    public var title: String {
        switch self {
        case .halves: "halves"
        case .islands: "islands of one"
        case .oneToAll: "one node is not heard"
        case .halfToHalf: "one half is not heard"
        }
    }

    /// Cuts the links.
    func cut(_ simulation: Simulation) {
        let all = Array(simulation.nodes.indices)
        let (first, second) = (Array(all[..<(all.count / 2)]), Array(all[(all.count / 2)...]))
        switch self {
        case .halves: simulation.partition(first)
        case .islands: simulation.cut(from: all, to: all)
        case .oneToAll: simulation.cut(from: [0], to: Array(all.dropFirst()))
        case .halfToHalf: simulation.cut(from: first, to: second)
        }
    }
}

/// Cuts a calm cluster in several ways and for several times, heals it, and sees how long all take to agree again:
/// by themselves, and where they do not, after one join between the parts that forgot each other.
public struct PartitionExperiment: Sendable, Hashable {
    /// Sizes of clusters, in turn.
    public var nodes = [8, 32]
    /// What is cut, in turn.
    public var shapes = PartitionShape.allCases
    /// For how long, in turn.
    public var durations: [Duration]
    /// How often each is tried, with another seed each time.
    public var repeats = 3
    /// How long after the heal all have time to agree by themselves.
    public var patience: Duration = .seconds(180)
    /// What every draw begins with.
    public var seed: UInt64

    /// From 5 seconds to an hour.
    public static func quick(seed: UInt64 = 1) -> PartitionExperiment {
        PartitionExperiment(durations: [5, 20, 60, 600, 3_600].map { .seconds($0) }, seed: seed)
    }

    /// From 5 seconds to a day.
    public static func full(seed: UInt64 = 1) -> PartitionExperiment {
        PartitionExperiment(durations: [5, 20, 60, 600, 3_600, 86_400].map { .seconds($0) }, seed: seed)
    }

    /// Runs all of it.
    ///
    /// - Parameters:
    ///   - jobs: How many simulations run at once.
    ///   - progress: Told which share is done, 0 to 1.
    /// - Throws: ``ExperimentError`` where the numbers make no experiment.
    public func run(jobs: Int, progress: (Double) -> Void = { _ in }) async throws -> PartitionReport {
        guard nodes.allSatisfy({ (2...4_096).contains($0) }), repeats > 0 else {
            throw ExperimentError("2 to 4096 nodes are possible, and at least one repeat")
        }
        var random = ProtocolRandom(seed: seed)
        var runs: [PartitionRun] = []
        for duration in durations {
            for shape in shapes {
                for count in nodes {
                    for _ in 0..<repeats {
                        runs.append(
                            PartitionRun(
                                nodes: count,
                                shape: shape,
                                length: duration,
                                patience: patience,
                                seed: random.next()
                            )
                        )
                    }
                }
            }
        }
        // The longest first, so that no core waits at the end.
        let outcomes = try await ParallelRuns.map(runs.reversed(), jobs: jobs, progress: progress) { run in
            try await run.run()
        }
        return PartitionReport(seed: seed, outcomes: outcomes.reversed())
    }
}
