internal import MemberlistCore

/// How some nodes are slow: blocked, flowing for a while, blocked again.
public struct LifeguardAnomaly: Sendable, Hashable, Codable {
    /// How many nodes; the paper's C.
    public let slowNodes: Int
    /// For how long their messages are held each time; the paper's D.
    public let blocked: Duration
    /// For how long they flow in between; the paper's I.
    public let pause: Duration

    init(slowNodes: Int, blocked: Duration, pause: Duration) {
        self.slowNodes = slowNodes
        self.blocked = blocked
        self.pause = pause
    }

    private enum CodingKeys: String, CodingKey {
        case slowNodes
        case blocked = "blockedMilliseconds"
        case pause = "pauseMilliseconds"
    }

    /// Reads times in whole milliseconds.
    public init(from decoder: any Decoder) throws {
        let object = try decoder.container(keyedBy: CodingKeys.self)
        slowNodes = try object.decode(Int.self, forKey: .slowNodes)
        blocked = .milliseconds(try object.decode(Int32.self, forKey: .blocked))
        pause = .milliseconds(try object.decode(Int32.self, forKey: .pause))
    }

    /// Writes times in whole milliseconds.
    public func encode(to encoder: any Encoder) throws {
        var object = encoder.container(keyedBy: CodingKeys.self)
        try object.encode(slowNodes, forKey: .slowNodes)
        try object.encode(blocked.nanoseconds / 1_000_000, forKey: .blocked)
        try object.encode(pause.nanoseconds / 1_000_000, forKey: .pause)
    }
}

/// The experiment of the Lifeguard paper (arXiv 1707.00788, section V): some nodes of a cluster handle their
/// messages slowly, and the others are counted that are declared failed although nothing is wrong with them. Plain
/// SWIM, each of Lifeguard's parts alone, and all of them together go through the same.
public struct LifeguardExperiment: Sendable, Hashable {
    /// How many nodes; the paper's 128.
    public var nodes = 128
    /// How many of them are slow, in turn.
    public var slowNodes: [Int]
    /// For how long they are blocked, in turn.
    public var blocked: [Duration]
    /// For how long they flow in between, in turn.
    public var pauses: [Duration]
    /// Calm time between the cluster's forming and the first block.
    public var quiet: Duration = .seconds(15)
    /// For how long blocks begin; the last one may end later.
    public var length: Duration = .seconds(120)
    /// Calm time after the last block, during which all is still counted: longer than the longest suspicion.
    public var settling: Duration = .seconds(70)
    /// How many crashes in a calm cluster are timed, for each configuration.
    public var crashes: Int
    /// What every draw begins with.
    public var seed: UInt64

    /// Twelve patterns, each in five configurations: a few minutes.
    public static func quick(seed: UInt64 = 1) -> LifeguardExperiment {
        LifeguardExperiment(
            slowNodes: [4, 16, 32],
            blocked: [2_048, 16_384].map { .milliseconds($0) },
            pauses: [16, 1_024].map { .milliseconds($0) },
            crashes: 10,
            seed: seed
        )
    }

    /// 432 patterns, each in five configurations.
    public static func full(seed: UInt64 = 1) -> LifeguardExperiment {
        LifeguardExperiment(
            slowNodes: [1, 4, 8, 12, 16, 20, 24, 28, 32],
            blocked: [128, 512, 2_048, 8_192, 16_384, 32_768].map { .milliseconds($0) },
            pauses: [1, 4, 16, 64, 256, 1_024, 4_096, 16_384].map { .milliseconds($0) },
            crashes: 50,
            seed: seed
        )
    }

    /// Runs all of it.
    ///
    /// - Parameters:
    ///   - jobs: How many simulations run at once.
    ///   - progress: Told which share is done, 0 to 1.
    /// - Throws: ``ExperimentError`` where the numbers make no experiment.
    public func run(jobs: Int, progress: (Double) -> Void = { _ in }) async throws -> LifeguardReport {
        try validate()
        let work = work
        let results = try await ParallelRuns.map(work, jobs: jobs, progress: progress) { work in
            switch work {
            case .anomaly(let run): Result.anomaly(try await run.run())
            case .crash(let run): Result.crash(run.variant, try await run.run())
            }
        }
        return LifeguardReport(
            seed: seed,
            nodes: nodes,
            outcomes: results.compactMap { result in
                if case .anomaly(let outcome) = result { outcome } else { nil }
            },
            detection: LifeguardVariant.allCases.map { variant in
                LifeguardDetection(
                    variant,
                    results.compactMap { result in
                        if case .crash(variant, let times) = result { times } else { nil }
                    }
                )
            }
        )
    }

    private enum Work: Sendable {
        case anomaly(LifeguardRun)
        case crash(CrashRun)
    }

    private enum Result: Sendable {
        case anomaly(LifeguardOutcome)
        case crash(LifeguardVariant, CrashRun.Times)
    }

    /// All configurations meet the same seeds. The longest runs come first, so that no core waits at the end.
    private var work: [Work] {
        var random = ProtocolRandom(seed: seed)
        let anomalies = anomalies.map { ($0, seed: random.next()) }
        let crashes = (0..<crashes).map { _ in random.next() }
        return anomalies.reversed().flatMap { anomaly, seed in
            LifeguardVariant.allCases.map { variant in
                .anomaly(LifeguardRun(experiment: self, variant: variant, anomaly: anomaly, seed: seed))
            }
        }
            + crashes.flatMap { seed in
                LifeguardVariant.allCases.map { variant in
                    .crash(CrashRun(nodes: nodes, quiet: quiet, variant: variant, seed: seed))
                }
            }
    }

    private func validate() throws(ExperimentError) {
        guard nodes >= 2, nodes <= 4_096 else { throw ExperimentError("2 to 4096 nodes are possible") }
        guard slowNodes.allSatisfy({ (1..<nodes).contains($0) }) else {
            throw ExperimentError("of \(nodes) nodes, 1 to \(nodes - 1) may be slow")
        }
        guard (blocked + pauses).allSatisfy({ $0 >= .milliseconds(1) && $0 <= .seconds(86_400) }) else {
            throw ExperimentError("a block, and the pause after it, lasts 1 ms to a day")
        }
    }

    /// Every pattern, in the order of the lists.
    var anomalies: [LifeguardAnomaly] {
        slowNodes.flatMap { count in
            blocked.flatMap { blocked in
                pauses.map { LifeguardAnomaly(slowNodes: count, blocked: blocked, pause: $0) }
            }
        }
    }
}
