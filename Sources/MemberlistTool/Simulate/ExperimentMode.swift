import ArgumentParser
import MemberlistSimulator

/// What `--experiment` takes.
enum ExperimentName: String, ExpressibleByArgument, CaseIterable {
    case lifeguard, partitions, scaling
}

/// `memberlist simulate --experiment NAME`: many simulations, a table.
struct ExperimentMode {
    private let name: ExperimentName
    private let isFull: Bool
    private let seed: UInt64
    private let jobs: Int
    /// With Lifeguard: so many slow nodes alone.
    private let slow: Int?
    private let sizes: [Int]
    private let isJSON: Bool
    private let picture: PictureFile?
    /// With scaling: of the load, beside the times.
    private let loadPicture: PictureFile?

    /// Nil where the arguments speak of no experiment.
    init?(_ command: SimulateCommand) throws(ToolError) {
        guard let name = command.experiment else {
            guard !command.full, command.slow == nil, command.sizes.isEmpty else {
                throw .usage("--full, --slow and --sizes are for an experiment: name it with --experiment")
            }
            return nil
        }
        let others: [Any?] = [
            command.scenario, command.nodes, command.minutes, command.loss, command.latency, command.profile,
            command.seeds, command.from,
        ]
        guard others.allSatisfy({ $0 == nil }), !command.log, !command.verbose, !command.quiet else {
            throw .usage(
                "--experiment goes with --full, --slow, --sizes, --seed, --jobs, --json and --svg alone"
            )
        }
        guard command.svg == nil || name != .partitions else {
            throw .usage("there is no picture of the experiment '\(name.rawValue)': leave --svg out")
        }
        guard command.slow == nil || name == .lifeguard else {
            throw .usage("--slow is for the experiment 'lifeguard': leave it out")
        }
        guard (1..<128).contains(command.slow ?? 1) else {
            throw .usage("--slow takes a number from 1 to 127")
        }
        guard command.sizes.isEmpty || name == .scaling, command.sizes.allSatisfy((2...100_000).contains)
        else {
            throw .usage("--sizes goes with the experiment 'scaling': numbers from 2 to 100000")
        }
        self.name = name
        sizes = command.sizes
        slow = command.slow
        isFull = command.full
        seed = command.seed ?? 1
        jobs = try command.runsAtOnce()
        isJSON = command.json
        picture = try PictureFile.at(command.svg)
        loadPicture = name == .scaling ? try picture?.beside("load") : nil
    }

    func run(_ output: LinePrinter) async throws {
        let bar = ProgressBar(isWanted: true)
        switch name {
        case .lifeguard:
            var experiment: LifeguardExperiment = isFull ? .full(seed: seed) : .quick(seed: seed)
            if let slow { experiment.slowNodes = [slow] }
            let report = try await experiment.run(jobs: jobs) { bar.show($0) }
            bar.end()
            if let picture {
                try picture.write(report.chart.svg)
                LinePrinter(.error).print("wrote \(picture.path)")
            }
            output.print(isJSON ? try report.json() : report.text)
        case .partitions:
            let experiment: PartitionExperiment = isFull ? .full(seed: seed) : .quick(seed: seed)
            let report = try await experiment.run(jobs: jobs) { bar.show($0) }
            bar.end()
            output.print(isJSON ? try report.json() : report.text)
        case .scaling:
            try await scale(output)
        }
        try output.finish()
    }

    private func scale(_ output: LinePrinter) async throws {
        let progress = LinePrinter(.error)
        let usual = isFull ? [32, 100, 316, 1_000, 3_162, 10_000] : [32, 100, 316, 1_000]
        let report = try await ScalingReport.run(
            sizes: sizes.isEmpty ? usual : sizes,
            seed: seed,
            joinsAll: isFull,
            jobs: jobs
        ) { progress.print($0) }
        if let picture, let loadPicture {
            try picture.write(report.times.svg)
            try loadPicture.write(report.load.svg)
            progress.print("wrote \(picture.path) and \(loadPicture.path)")
        }
        output.print(isJSON ? try report.json() : report.text)
    }
}
