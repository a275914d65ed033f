import MemberlistSimulator

/// `memberlist simulate SCENARIO`: one scenario, one seed, a report.
struct ScenarioMode {
    let scenario: Scenario
    let seed: UInt64
    let isJSON: Bool
    let picture: PictureFile?
    let log: LogChoice
    let replay: String

    enum LogChoice {
        case none, events, frames
    }

    init(_ command: SimulateCommand) throws(ToolError) {
        guard !command.quiet else {
            throw .usage("--quiet is for a seed without a scenario: leave it out")
        }
        scenario = try ScenarioSource(command).scenario()
        seed = command.seed ?? scenario.seed ?? Self.draw()
        isJSON = command.json
        picture = try PictureFile.at(command.svg)
        log = command.verbose ? .frames : command.log ? .events : .none
        replay = ScenarioSource(command).replay(seed: seed)
    }

    /// Short enough to be said over a desk.
    static func draw() -> UInt64 { UInt64.random(in: 1...999_999_999) }

    /// Standard output holds one JSON object or what people read; whatever stands beside it goes to standard
    /// error.
    func run(_ output: LinePrinter) async throws {
        let side = isJSON ? LinePrinter(.error) : output
        side.print("seed \(seed)")
        let bar = ProgressBar(isWanted: log == .none)
        let outcome = try await run(log: historyLog(side), bar)
        bar.end()
        let report = outcome.report
        if let picture {
            try picture.write(outcome.picture.svg)
            LinePrinter(.error).print("wrote \(picture.path)")
        }
        output.print(isJSON ? try report.json() : ReportText(report).text)
        try output.finish()
        guard let first = report.violations.first else { return }
        let others = report.violations.count > 1 ? ", and \(report.violations.count - 1) more" : ""
        throw ToolError.environment("a rule was broken: \(first)\(others); see it with '\(replay)'")
    }

    private func run(log: HistoryLog?, _ bar: ProgressBar) async throws(ToolError) -> ScenarioOutcome {
        do {
            return try await ScenarioRunner(scenario, seed: seed).run(log: log) { bar.show($0) }
        } catch {
            throw .usage("\(error)")
        }
    }

    private func historyLog(_ printer: LinePrinter) -> HistoryLog? {
        log == .none ? nil : HistoryLog(verbose: log == .frames) { printer.print($0) }
    }
}
