/// What came of one seed.
public struct SwarmOutcome: Sendable {
    /// The seed: it gives the same history again.
    public let seed: UInt64
    /// The hash of all that happened.
    public let history: String
    /// Rules that were broken.
    public let violations: [Violation]
    /// How often each path was met.
    public let coverage: Coverage
    /// Nodes at the end.
    public let nodes: Int
    /// Virtual time that passed.
    public let virtualTime: Duration
    /// Datagrams that were sent.
    public let datagrams: Int
    /// How long the cluster took to agree after the faults ended; nil where it did not.
    public let convergence: Duration?
    /// What the seed drew, in lines for a person.
    public let plan: [String]
}

/// What came of many seeds.
public struct SwarmSummary: Sendable {
    /// How many ran.
    public internal(set) var runs = 0
    /// Those that broke a rule.
    public internal(set) var failed: [SwarmOutcome] = []
    /// How often each path was met, in all of them.
    public internal(set) var coverage = Coverage()
    /// Virtual time of all together.
    public internal(set) var virtualTime: Duration = .zero
    /// Datagrams of all together.
    public internal(set) var datagrams = 0
    /// How long the clusters took to agree, each.
    public internal(set) var convergences: [Duration] = []
    /// Whether it ended early, because so many broke a rule that the rest would only say the same.
    public internal(set) var wasStopped = false

    /// Nothing ran.
    public init() {}

    mutating func add(_ outcome: SwarmOutcome) {
        runs += 1
        coverage = coverage + outcome.coverage
        virtualTime += outcome.virtualTime
        datagrams += outcome.datagrams
        if let convergence = outcome.convergence { convergences.append(convergence) }
        if !outcome.violations.isEmpty { failed.append(outcome) }
    }

    /// Faults and rare paths that no seed met: what was not met was not tested.
    public var unmet: [Coverage.Path] { coverage.unmet.filter { !$0.isNeverMet } }
}

/// Runs seeds of the swarm: each draws a cluster, its settings and its faults, and is judged.
public enum SwarmRunner {
    /// One seed, with a log of what happened.
    ///
    /// - Parameters:
    ///   - seed: Which one.
    ///   - log: Is told of everything that happens.
    /// - Throws: `ConfigurationError` where a plan drew settings that are not valid: a fault of the swarm's own.
    public static func replay(seed: UInt64, log: HistoryLog? = nil) async throws -> SwarmOutcome {
        let run = try SwarmRun(seed: seed)
        log?.follow(run.simulation)
        return await run.run()
    }

    /// How many failed seeds end a run early.
    static let failureLimit = 25

    /// Many seeds, on as many cores as it is given.
    ///
    /// - Parameters:
    ///   - seeds: Which ones.
    ///   - jobs: How many run at once.
    ///   - progress: Told of each outcome, in no particular order.
    /// - Throws: What ``replay(seed:log:)`` throws.
    public static func run(
        seeds: Range<UInt64>,
        jobs: Int,
        progress: @escaping (SwarmOutcome) -> Void = { _ in }
    ) async throws -> SwarmSummary {
        var summary = SwarmSummary()
        try await withThrowingTaskGroup(of: SwarmOutcome.self) { group in
            var next = seeds.lowerBound
            func start() {
                guard next < seeds.upperBound, !summary.wasStopped else { return }
                let seed = next
                next += 1
                group.addTask { try await replay(seed: seed) }
            }
            for _ in 0..<max(1, jobs) { start() }
            while let outcome = try await group.next() {
                summary.add(outcome)
                if summary.failed.count >= failureLimit { summary.wasStopped = true }
                progress(outcome)
                start()
            }
        }
        summary.failed.sort { $0.seed < $1.seed }
        summary.convergences.sort()
        return summary
    }
}
