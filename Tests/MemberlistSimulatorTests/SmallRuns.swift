import MemberlistSimulator

/// Short runs of few nodes.
enum SmallRuns {
    static func scenario(
        nodes: Int = 5,
        seconds: Int = 40,
        _ change: (inout Scenario) -> Void = { _ in }
    ) -> Scenario {
        var scenario = Scenario()
        scenario.name = "small"
        scenario.nodes = nodes
        scenario.length = .seconds(seconds)
        change(&scenario)
        return scenario
    }

    static func run(_ scenario: Scenario, seed: UInt64 = 1, log: HistoryLog? = nil) async throws
        -> ScenarioOutcome
    {
        try await ScenarioRunner(scenario, seed: seed).run(log: log)
    }
}
