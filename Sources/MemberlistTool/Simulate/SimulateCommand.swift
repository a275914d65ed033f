import ArgumentParser
import MemberlistSimulator

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// `memberlist simulate`.
struct SimulateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Try a cluster in virtual time, over a network that does what it is told.",
        discussion: SimulateHelp.discussion
    )

    @Argument(help: ArgumentHelp("A scenario's name, or a file with one.", valueName: "scenario"))
    var scenario: String?

    @Option(help: ArgumentHelp("What every draw begins with; drawn where it is not said.", valueName: "n"))
    var seed: UInt64?

    @Option(help: ArgumentHelp("How many nodes.", valueName: "n"))
    var nodes: Int?

    @Option(help: ArgumentHelp("How much virtual time.", valueName: "minutes"))
    var minutes: Double?

    @Option(help: ArgumentHelp("How many of all datagrams are lost, 0 to 1.", valueName: "share"))
    var loss: Double?

    @Option(help: ArgumentHelp("The shortest way from node to node.", valueName: "milliseconds"))
    var latency: Double?

    @Option(help: "Timing of the nodes, for a network of this kind.")
    var profile: Profile?

    @Flag(help: "Print the report as one JSON object; the seed goes to standard error.")
    var json = false

    @Option(help: ArgumentHelp("Write a picture there of who knew what when.", valueName: "file"))
    var svg: String?

    @Flag(help: "Print what happens, line by line.")
    var log = false

    @Flag(help: "With --log: every frame too.")
    var verbose = false

    @Flag(help: "Without a scenario: replay the seed without its log.")
    var quiet = false

    @Option(help: ArgumentHelp("Run so many seeds of the swarm.", valueName: "n"))
    var seeds: UInt64?

    @Option(help: ArgumentHelp("With --seeds: the first one.", valueName: "n"))
    var from: UInt64?

    @Option(
        help: ArgumentHelp(
            "With --seeds or --experiment: how many at once; one a core where it is not said.",
            valueName: "n"
        )
    )
    var jobs: Int?

    @Option(help: "Run an experiment, and print its table.")
    var experiment: ExperimentName?

    @Flag(help: "With --experiment: all of it, which may take hours.")
    var full = false

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("With --experiment scaling: clusters of these sizes.", valueName: "n")
    )
    var sizes: [Int] = []

    @Option(help: ArgumentHelp("With --experiment lifeguard: so many slow nodes alone.", valueName: "n"))
    var slow: Int?

    @Flag(help: "Print the names of all scenarios.")
    var list = false

    @Flag(help: "Print a scenario file with every key.")
    var example = false

    /// What `--jobs` says; one a core where it says nothing.
    func runsAtOnce() throws(ToolError) -> Int {
        let jobs = jobs ?? ProcessInfo.processInfo.activeProcessorCount
        guard (1...1_024).contains(jobs) else { throw .usage("--jobs takes a number from 1 to 1024") }
        return jobs
    }

    func run() async throws {
        let output = LinePrinter(.output)
        if list || example {
            output.print(list ? SimulateHelp.list : Scenario.example)
            return try output.finish()
        }
        if let experiment = try ExperimentMode(self) { return try await experiment.run(output) }
        if let swarm = try SwarmMode(self) { return try await swarm.run(output) }
        try await ScenarioMode(self).run(output)
    }
}

/// What the flags alone do not say. Lines stay under 80 columns, where help is wrapped.
enum SimulateHelp {
    static let discussion = """
        memberlist simulate crash              one of the scenarios that --list names
        memberlist simulate my.json            one of your own; --example prints a first
        memberlist simulate --nodes 50         'calm', changed
        memberlist simulate --seed 7           what seed 7 of the swarm does, with its log
        memberlist simulate --seeds 1000       a thousand seeds of the swarm
        memberlist simulate --experiment lifeguard
                                               what Lifeguard does for false positives

        The first line is the seed. The same seed and the same arguments give the same \
        history, on every machine: its hash is the last line. Times in a report are \
        virtual. Exit code 1 says that a rule was broken, and the line how to see it again.
        """

    static var list: String {
        let width = (Scenario.all.map(\.name.count).max() ?? 0) + 2
        return Scenario.all.map { scenario in
            let pad = String(repeating: " ", count: width - scenario.name.count)
            return "\(scenario.name)\(pad)\(scenario.summary) (\(scenario.nodes) nodes)"
        }.joined(separator: "\n")
    }
}
