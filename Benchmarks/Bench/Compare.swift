import ArgumentParser
import Foundation
import SampleCluster

/// Runs every row on both sides, by turns, and tells medians and ratios.
struct Compare: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Measure all rows on both sides, by turns.")

    @Option(help: "The program of HashiCorp's side.")
    var go: String

    @Option(help: "Where to write the figures, as JSON.")
    var output: String

    @Option(help: "How often each row is measured on each side; those of some minutes less often.")
    var rounds: Int = 5

    @Argument(help: "The rows; none for all.")
    var rows: [Row] = []

    func run() async throws {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("memberlist-bench-\(ProcessInfo.processInfo.processIdentifier)")
        defer { try? FileManager.default.removeItem(at: folder) }
        try Inputs.write(to: folder.path)
        let sides = Sides(ours: CommandLine.arguments[0], go: go, inputs: folder.path)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        var results: [ComparedFigure] = []
        for row in rows.isEmpty ? Row.allCases : rows {
            results += try compare(row, sides)
            // Each time: a row that fails takes nothing along.
            try encoder.encode(results).write(to: URL(fileURLWithPath: output))
        }
        print(ComparedFigure.table(results))
    }

    private func compare(_ row: Row, _ sides: Sides) throws -> [ComparedFigure] {
        var ours: [Figure] = []
        var go: [Figure] = []
        let rounds = row.rounds(of: rounds)
        for round in 1...rounds {
            say("\(row.rawValue), round \(round) of \(rounds)")
            // Who goes first changes, so that neither always has the warmer machine.
            if round % 2 == 1 {
                ours += try sides.measureOurs(row)
                go += try sides.measureGo(row)
            } else {
                go += try sides.measureGo(row)
                ours += try sides.measureOurs(row)
            }
        }
        for (side, figures) in [("this side", ours), ("Go", go)] {
            for figure in figures {
                if let reason = figure.reason { say("\(figure.name), \(side): \(reason)") }
                if let mistaken = figure.mistaken, mistaken > 0 {
                    say("\(figure.name), \(side): left out: \(mistaken) that lived were taken for dead")
                }
            }
        }
        return try row.figures.map { name in
            func valid(_ figures: [Figure]) -> [Figure] {
                figures.filter { $0.name == name && $0.mistaken ?? 0 == 0 }
            }
            return try ComparedFigure(name, ours: valid(ours), go: valid(go))
        }
    }

    private func say(_ text: String) {
        FileHandle.standardError.write(Data("bench: \(text)\n".utf8))
    }
}

/// The programs of both sides, each run anew for each measurement.
struct Sides {
    let ours: String
    let go: String
    let inputs: String
    private static let port = 17_946

    func measureOurs(_ row: Row) throws -> [Figure] {
        guard row == .floodLoss else { return try figures(of: ours, ["measure", row.rawValue]) }
        return try flood(ours)
    }

    func measureGo(_ row: Row) throws -> [Figure] {
        switch row {
        case .floodLoss: return try flood(go)
        // Its transport makes new room for each datagram and loses most of them: this is what Go itself can do.
        case .socket: return try figures(of: go, ["socket-plain"]).map { $0.named(row.rawValue) }
        default: return try figures(of: go, [row.rawValue])
        }
    }

    /// Both are flooded and pinged by the same program, ours.
    private func flood(_ program: String) throws -> [Figure] {
        let node = Process()
        node.executableURL = URL(fileURLWithPath: program)
        node.arguments = ["serve", "--name", "target", "--port", "\(Self.port)", "--inputs", inputs]
        let (input, output) = (Pipe(), Pipe())
        node.standardInput = input
        node.standardOutput = output
        try node.run()
        // The end of its input does not reach it: Foundation leaves the other end open in the process itself.
        defer {
            node.terminate()
            node.waitUntilExit()
        }
        guard !output.fileHandleForReading.availableData.isEmpty else {
            throw Unexpected("\(program) did not start")
        }
        return try figures(of: ours, ["measure", Row.floodLoss.rawValue, "--port", "\(Self.port)"])
    }

    private func figures(of program: String, _ arguments: [String]) throws -> [Figure] {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments + ["--inputs", inputs]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let text = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Unexpected("\(program) \(arguments.joined(separator: " ")) failed")
        }
        return try text.split(separator: UInt8(ascii: "\n")).map {
            try JSONDecoder().decode(Figure.self, from: Data($0))
        }
    }
}
