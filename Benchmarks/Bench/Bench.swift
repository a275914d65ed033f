import ArgumentParser
import Memberlist

/// What this library costs, and what HashiCorp's memberlist costs at the same work on the same machine.
@main
struct Bench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measures this library beside HashiCorp's memberlist.",
        subcommands: [MakeInputs.self, Measure.self, Serve.self, Compare.self, Growth.self]
    )
}

/// Writes what both sides work on.
struct MakeInputs: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inputs",
        abstract: "Write what both sides work on."
    )

    @Argument(help: "The folder to write into.")
    var folder: String

    func run() throws { try Inputs.write(to: folder) }
}

/// Measures one row, or one run that gives several, and prints a line of JSON for each figure.
struct Measure: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Measure one row of this library's side.")

    @Argument(help: "The row: \(Row.allCases.map(\.rawValue).joined(separator: ", ")).")
    var row: Row

    @Option(help: "The folder that `bench inputs` wrote.")
    var inputs: String

    @Option(help: "About how long to measure, in seconds, where the row's work is repeated.")
    var seconds: Double = 1

    @Option(help: "For flood-loss: the port of the node that is flooded.")
    var port: Int?

    func run() async throws {
        for figure in try await row.measure(Inputs(readFrom: inputs), seconds: seconds, port: port) {
            print(try figure.line)
        }
    }
}

/// A node for others to flood: it says that it is ready, and runs until its standard input ends.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Run a node until standard input ends.")

    @Option(help: "The node's name.")
    var name: String

    @Option(help: "Its port on 127.0.0.1.")
    var port: Int

    @Option(help: "The folder that `bench inputs` wrote.")
    var inputs: String

    func run() async throws {
        let node = try await LiveNode.start(name, port: port, inputs: try Inputs(readFrom: inputs))
        print(#"{"event":"ready","port":\#(port)}"#)
        LiveNode.flushOutput()
        while readLine() != nil {}
        await node.shutdown()
    }
}
