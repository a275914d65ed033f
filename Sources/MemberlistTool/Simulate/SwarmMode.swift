import MemberlistSimulator

/// `memberlist simulate` without a scenario: what a seed alone decides, once or many times.
struct SwarmMode {
    enum Work {
        case replay(seed: UInt64, log: Bool, verbose: Bool)
        case run(Range<UInt64>, jobs: Int)
    }

    let work: Work

    /// Nil where the arguments speak of a scenario.
    init?(_ command: SimulateCommand) throws(ToolError) {
        let changes: [Any?] = [
            command.nodes, command.minutes, command.loss, command.latency, command.profile,
        ]
        let isScenario = command.scenario != nil || changes.contains { $0 != nil }
        if let count = command.seeds {
            guard !isScenario, command.seed == nil else {
                throw .usage("--seeds runs the swarm: leave scenario, its changes and --seed out")
            }
            work = .run(try Self.seeds(count, from: command.from ?? 1), jobs: try command.runsAtOnce())
        } else {
            guard command.from == nil, command.jobs == nil else {
                throw .usage("--from and --jobs go with --seeds: say how many seeds")
            }
            guard !isScenario else { return nil }
            work = .replay(
                seed: command.seed ?? ScenarioMode.draw(),
                log: !command.quiet,
                verbose: command.verbose
            )
        }
        guard !command.json, command.svg == nil else {
            throw .usage("--json and --svg need a scenario: name one, such as 'calm'")
        }
    }

    private static func seeds(_ count: UInt64, from first: UInt64) throws(ToolError) -> Range<UInt64> {
        let (end, isTooFar) = first.addingReportingOverflow(count)
        guard count > 0, count <= UInt64(Int32.max), !isTooFar else {
            throw .usage(
                "--seeds takes a number from 1 to \(Int32.max), and --from one that leaves room for it"
            )
        }
        return first..<end
    }

    func run(_ output: LinePrinter) async throws {
        switch work {
        case .replay(let seed, let hasLog, let verbose):
            output.print("seed \(seed)")
            let log = HistoryLog(verbose: verbose) { output.print($0) }
            let outcome = try await SwarmRunner.replay(seed: seed, log: hasLog ? log : nil)
            try Self.tell(outcome, output)
        case .run(let seeds, let jobs):
            try await Self.run(seeds, jobs: jobs, output)
        }
    }

    private static func tell(_ outcome: SwarmOutcome, _ output: LinePrinter) throws {
        for line in outcome.plan + outcome.violations.map({ "\($0)" }) { output.print(line) }
        output.print("history \(outcome.history)")
        try output.finish()
        guard let first = outcome.violations.first else { return }
        throw ToolError.environment("a rule was broken: \(first); see it with '\(SwarmText.replay(outcome))'")
    }

    // MARK: Many seeds

    private static func run(_ seeds: Range<UInt64>, jobs: Int, _ output: LinePrinter) async throws {
        output.print("seeds \(seeds.lowerBound) to \(seeds.upperBound - 1)")
        let start = ContinuousClock.now
        let bar = ProgressBar(isWanted: true)
        var done = 0
        let summary = try await SwarmRunner.run(seeds: seeds, jobs: jobs) { outcome in
            done += 1
            if !outcome.violations.isEmpty {
                bar.end()
                output.print(SwarmText.failure(outcome))
            }
            bar.show(Double(done) / Double(seeds.count))
        }
        bar.end()
        for line in SwarmText.lines(summary, took: .now - start) { output.print(line) }
        try output.finish()
        if let first = summary.failed.first {
            throw ToolError.environment(
                "\(summary.failed.count) of \(summary.runs) seeds broke a rule; see the first with "
                    + "'\(SwarmText.replay(first))'"
            )
        }
        guard summary.runs >= SwarmText.enough, !summary.unmet.isEmpty else { return }
        throw ToolError.environment(
            "\(summary.runs) seeds never met \(SwarmText.names(summary.unmet)): what is not met is not tested"
        )
    }
}
