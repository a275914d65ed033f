internal import MemberlistCore

/// A scenario while it runs: does what the schedule says, and looks every so often how things stand.
///
/// Looking changes nothing in the world, so how often it is done leaves no trace in the history.
final class ScenarioStage {
    private let simulation: Simulation
    private let scenario: Scenario
    private let schedule: ScenarioSchedule
    private let collector: ReportCollector
    private let timeline: KnowledgeTimeline
    private var milestones = Milestones()
    private let rollouts: RolloutStage
    private var cuts: [Int: [LinkFaultID]] = [:]
    /// When each node asked last to join; nil: not yet.
    private var asked: [Duration?]
    private var lastRejoin: Duration = .zero

    private static let look: Duration = .milliseconds(100)
    /// How long a node waits for the answer to its request to join before it asks somebody else.
    private static let patience: Duration = .seconds(10)
    /// How often progress is told.
    private static let tellings: Int64 = 200

    init(_ simulation: Simulation, _ scenario: Scenario, _ schedule: ScenarioSchedule) {
        self.simulation = simulation
        self.scenario = scenario
        self.schedule = schedule
        rollouts = RolloutStage(simulation, schedule.turns)
        collector = ReportCollector(simulation, lastJoin: schedule.lastJoin)
        timeline = KnowledgeTimeline(nodes: scenario.nodes, length: scenario.length)
        asked = [Duration?](repeating: nil, count: scenario.nodes)
        let (collector, timeline) = (collector, timeline)
        simulation.observe { [unowned world = simulation.world] observation in
            let state = SimulationState(world)
            collector.observe(observation, in: state)
            timeline.observe(observation, in: state)
        }
    }

    func run(_ progress: (Double) -> Void) async {
        var steps = schedule.steps[...]
        var nextLook = Duration.zero
        var told: Int64 = -1
        while true {
            while let step = steps.first, step.at <= simulation.time {
                steps.removeFirst()
                perform(step.action)
            }
            if simulation.time >= nextLook {
                milestones.look(simulation.state)
                rollOut()
                askAgain()
                rejoin()
                nextLook = simulation.time + Self.look
            }
            let share = simulation.time.nanoseconds / max(1, scenario.length.nanoseconds / Self.tellings)
            if share > told {
                told = share
                progress(min(1, Double(share) / Double(Self.tellings)))
            }
            guard simulation.time < scenario.length else { break }
            let next = min(nextLook, steps.first?.at ?? nextLook, scenario.length)
            await simulation.run(for: next - simulation.time)
        }
        timeline.end()
    }

    // MARK: What it does

    private func perform(_ action: ScenarioAction) {
        switch action {
        case .join(let node): join(node)
        case .cut(let part, let sides, let oneWay):
            for side in sides { cut(side, oneWay: oneWay, part) }
            let count = sides.reduce(0) { $0 + $1.count }
            let short = oneWay ? "\(count) not heard" : sides.count > 1 ? "islands" : "\(count) cut off"
            timeline.mark(short, at: simulation.time)
        case .heal(let part):
            for fault in cuts[part] ?? [] { simulation.end(fault) }
            cuts[part] = nil
            collector.areLinksCut = !cuts.isEmpty
            tell("the partition heals")
            timeline.mark("healed", at: simulation.time)
        case .crash(let node):
            simulation[node].crash()
            asked[node] = nil
        case .restart(let node):
            simulation[node].restart()
            join(node)
        case .hold(let nodes): for node in nodes { simulation[node].block() }
        case .release(let nodes): for node in nodes { simulation[node].resume() }
        case .tell(let nodes, let what):
            tell("\(Self.names(nodes)): \(what)")
            timeline.mark("\(nodes.count) \(what)", at: simulation.time)
        case .ended(let part): milestones.begin(part, at: simulation.time)
        }
    }

    private func cut(_ side: [Int], oneWay: Bool, _ part: Int) {
        let isInside = Set(side)
        let others = (0..<scenario.nodes).filter { !isInside.contains($0) }
        let fault = oneWay ? simulation.cut(from: side, to: others) : simulation.partition(side)
        cuts[part, default: []].append(fault)
        collector.areLinksCut = true
        tell(
            "\(Self.names(side)) \(oneWay ? "cannot be heard by" : "and") the others\(oneWay ? "" : " are cut off")"
        )
    }

    private static func names(_ nodes: [Int]) -> String {
        let shown = nodes.prefix(8).map { "node-\($0)" }.joined(separator: ", ")
        return nodes.count > 8 ? "\(shown) and \(nodes.count - 8) more" : shown
    }

    private func tell(_ fault: String) {
        simulation.world.observe(.fault(fault), at: -1)
    }

    private func rollOut() {
        switch rollouts.look() {
        case .left(let turn):
            asked[turn.node] = nil
            tell(
                "\(Self.names([turn.node])) leaves, for round \(turn.round + 1) of 3 to \(turn.rollout.target)"
            )
        case .returned(let turn):
            join(turn.node)
            guard turn.isLast else { return }
            tell("all have moved to \(turn.rollout.target)")
            timeline.mark("\(turn.rollout.target)", at: simulation.time)
            milestones.begin("the move to \(turn.rollout.target)", at: simulation.time)
        case nil: break
        }
    }

    // MARK: Joining

    private func join(_ node: Int) {
        let others = (0..<scenario.nodes).filter { $0 != node && simulation[$0].isRunning }
        guard simulation[node].isRunning, let first = others.first else { return }
        // A second attempt goes elsewhere: the first contact may be out of reach.
        let attempt = asked[node] == nil ? 0 : Int(simulation.time.nanoseconds / Self.patience.nanoseconds)
        asked[node] = simulation.time
        simulation[node].join(through: simulation[attempt == 0 ? first : others[attempt % others.count]])
    }

    /// As an agent does that nobody answered.
    private func askAgain() {
        guard scenario.nodes > 1 else { return }
        for node in asked.indices {
            guard let last = asked[node], simulation.time - last >= Self.patience,
                simulation[node].isRunning, simulation.state.memberCount(seenBy: node) < 2
            else { continue }
            join(node)
        }
    }

    /// As an agent does that resolves its discovery name every so often.
    private func rejoin() {
        guard let pause = scenario.rejoin, simulation.time - lastRejoin >= pause else { return }
        lastRejoin = simulation.time
        guard let contact = asked.indices.first(where: { simulation[$0].isRunning }) else { return }
        for node in asked.indices where node != contact && asked[node] != nil && simulation[node].isRunning {
            let belief = simulation[node].belief(about: simulation[contact])
            guard belief != .alive, belief != .suspect else { continue }
            asked[node] = simulation.time
            simulation[node].join(through: simulation[contact])
        }
    }

    // MARK: What came of it

    /// How long before the end the last part must be over for the cluster to be at fault.
    private var itsTime: Duration { scenario.profile == .wan ? .seconds(240) : .seconds(60) }
    private static let mostLoss = 0.05

    /// Lets the judges say their last word where it is fair: all is as it should be, or it is not although there
    /// was time enough, and nothing that only an application can mend.
    func conclude() {
        let isMendable = scenario.partitions.isEmpty || scenario.rejoin != nil
        let isLate = milestones.oldest.map { simulation.time - $0 >= itsTime } ?? false
        let isWell = milestones.oldest == nil && simulation.state.isConverged && collector.crashNotes.isEmpty
        guard isWell || (isLate && isMendable && scenario.loss <= Self.mostLoss) else { return }
        simulation.world.conclude()
    }

    var report: SimulationReport {
        collector.report(scenario, recovery: milestones.times, notes: milestones.notes(simulation.state))
    }

    var picture: KnowledgePicture {
        KnowledgePicture(timeline, scenario: scenario.name, seed: simulation.seed)
    }
}

/// Parts of a scenario that are over, and how long the cluster took afterwards to agree on who is there.
struct Milestones {
    private var waiting: [(part: String, since: Duration)] = []
    private(set) var times: [Duration] = []

    /// Since when the cluster should have found itself; nil where it has.
    var oldest: Duration? { waiting.map(\.since).min() }

    mutating func begin(_ part: String, at time: Duration) {
        waiting.append((part, time))
    }

    mutating func look(_ state: SimulationState) {
        guard !waiting.isEmpty, state.mayBeConverged, state.isConverged else { return }
        times += waiting.map { state.time - $0.since }
        waiting = []
    }

    /// A line for each part after which the cluster did not find itself.
    func notes(_ state: SimulationState) -> [String] {
        let disagreement = state.firstDisagreement.map { ": \($0)" } ?? ""
        return waiting.map { "after \($0.part) not all are right on who is alive by the end\(disagreement)" }
    }
}
