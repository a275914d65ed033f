internal import Memberlist
internal import MemberlistCore
internal import MemberlistWire

/// Runs a scenario, and says how the cluster did.
public struct ScenarioRunner: Sendable {
    /// What is run.
    public let scenario: Scenario
    /// What every draw begins with.
    public let seed: UInt64

    /// A run of a scenario.
    ///
    /// - Throws: ``ScenarioError`` where the scenario cannot be run.
    public init(_ scenario: Scenario, seed: UInt64) throws(ScenarioError) {
        try scenario.validate()
        self.scenario = scenario
        self.seed = seed
    }

    /// Runs it to its end. One seed gives one outcome, whoever looks on.
    ///
    /// - Parameters:
    ///   - judges: Who watches.
    ///   - log: Is told of everything that happens.
    ///   - progress: Is told now and again which share of the virtual time is over, 0 to 1.
    public func run(
        judges: [any SimulationJudge] = StandardJudges.all(),
        log: HistoryLog? = nil,
        progress: (Double) -> Void = { _ in }
    ) async throws -> ScenarioOutcome {
        let simulation = try simulation(judges: judges)
        let stage = ScenarioStage(simulation, scenario, ScenarioSchedule(scenario, seed: seed))
        log?.follow(simulation)
        await stage.run(progress)
        stage.conclude()
        return ScenarioOutcome(report: stage.report, picture: stage.picture)
    }

    /// The cluster before anything happens to it.
    func simulation(judges: [any SimulationJudge]) throws -> Simulation {
        try Simulation(
            nodes: scenario.nodes,
            seed: seed,
            network: conditions,
            judges: judges,
            configure: configure
        )
    }

    private var conditions: LinkConditions {
        var conditions = LinkConditions.lossy(scenario.loss)
        conditions.latency = scenario.latency.shortest
        conditions.jitter = scenario.latency.jitter
        conditions.tailProbability = scenario.latency.tailProbability
        conditions.tail = scenario.latency.tail
        conditions.duplication = scenario.duplication
        return conditions
    }

    private func configure(_ configuration: inout MemberlistConfiguration, _ node: Int) {
        let name = NodeName.numbered(node)
        switch scenario.profile {
        case .lan: configuration = .lan(name: name)
        case .wan: configuration = .wan(name: name)
        case .local: configuration = .local(name: name)
        }
        configuration.label = scenario.label
        if scenario.encrypted { configuration.keyring = Self.key.map { Keyring(primary: $0) } }
    }

    /// The key of all scenarios. It protects nothing, and is the same on every machine.
    static let key: SecretKey? = {
        var random = ProtocolRandom(seed: 0x4B45_59)
        return try? SecretKey(bytes: (0..<32).map { _ in UInt8(truncatingIfNeeded: random.next() >> 32) })
    }()
}

/// What came of a scenario.
public struct ScenarioOutcome: Sendable {
    /// How the cluster did, in numbers.
    public let report: SimulationReport
    /// Who knew what when.
    public let picture: KnowledgePicture
}
