internal import MemberlistCore
internal import MemberlistWire

/// Gathers from what happens what a report says of it.
final class ReportCollector {
    private unowned let simulation: Simulation
    private let lastJoin: Duration
    /// Whether links are cut just now.
    var areLinksCut = false

    /// When each node first knew all.
    private var knewAll: [Duration?]
    /// The crashes of processes that did not run again since.
    private var crashes: [Int: CrashWatch] = [:]
    private var crashCount = 0
    private var detectedCount = 0
    private var firstTimes: [Duration] = []
    private var everyTime: [Duration] = []
    private var falsePositives = 0
    private var falsePositivesAtWell = 0
    private var falsePositivesDuringCuts = 0
    /// Since when each process runs, and how long all that ended did.
    private var runningSince: [Duration?]
    private var endedTime: Duration = .zero

    /// For how long nothing must have been done to a node that ran well.
    private static let recovered: Duration = .seconds(10)

    private struct CrashWatch {
        let time: Duration
        var observers: Set<Int> = []
    }

    init(_ simulation: Simulation, lastJoin: Duration) {
        self.simulation = simulation
        self.lastJoin = lastJoin
        let count = simulation.nodes.count
        knewAll = [Duration?](repeating: count == 1 ? lastJoin : nil, count: count)
        runningSince = [Duration?](repeating: .zero, count: count)
    }

    func observe(_ observation: Observation, in state: SimulationState) {
        switch observation.kind {
        case .process(let change): observe(change, of: observation.node, at: observation.time)
        case .member(_, .joined): noteKnowledge(of: observation.node, state)
        case .member(let member, .failed):
            guard let subject = state.node(named: member.name) else { return }
            declared(subject, by: observation.node, state)
        default: break
        }
    }

    private func observe(_ change: ProcessChange, of node: Int, at time: Duration) {
        switch change {
        case .launched:
            runningSince[node] = time
            crashes[node] = nil
        case .crashed:
            crashCount += 1
            crashes[node] = CrashWatch(time: time)
            stopped(node, at: time)
        case .ended: stopped(node, at: time)
        default: break
        }
    }

    private func stopped(_ node: Int, at time: Duration) {
        guard let since = runningSince[node] else { return }
        endedTime += time - since
        runningSince[node] = nil
    }

    private func noteKnowledge(of node: Int, _ state: SimulationState) {
        guard knewAll[node] == nil, state.time >= lastJoin,
            state.memberCount(seenBy: node) >= state.nodeCount
        else { return }
        knewAll[node] = state.time
    }

    private func declared(_ subject: Int, by observer: Int, _ state: SimulationState) {
        guard subject != observer else { return }
        if let watch = crashes[subject] {
            guard crashes[subject]?.observers.insert(observer).inserted == true else { return }
            if watch.observers.isEmpty {
                detectedCount += 1
                firstTimes.append(state.time - watch.time)
            }
            everyTime.append(state.time - watch.time)
        } else if ranWell(subject, state) {
            falsePositives += 1
            if ranWell(observer, state) { falsePositivesAtWell += 1 }
            if areLinksCut { falsePositivesDuringCuts += 1 }
        }
    }

    private func ranWell(_ node: Int, _ state: SimulationState) -> Bool {
        let since = state.wellSince(node)
        return state.isWell(node) && (since == .zero || state.time - since >= Self.recovered)
    }

    // MARK: What is said of it

    func report(_ scenario: Scenario, recovery: [Duration], notes: [String]) -> SimulationReport {
        let coverage = simulation.coverage
        return SimulationReport(
            seed: simulation.seed,
            scenario: scenario,
            history: simulation.history,
            virtualSeconds: TimeUnit.seconds.number(simulation.time),
            nodes: simulation.nodes.count,
            convergence: Distribution(knewAll.compactMap { $0.map { $0 - lastJoin } }),
            recovery: Distribution(recovery),
            detection: .init(
                crashes: crashCount,
                detected: detectedCount,
                first: Distribution(firstTimes),
                everyObserver: Distribution(everyTime)
            ),
            accuracy: .init(
                suspicions: coverage[.probeFailed],
                suspicionsBelieved: coverage[.memberSuspected],
                refutations: coverage[.refuted],
                falsePositives: falsePositives,
                falsePositivesAtWellNodes: falsePositivesAtWell,
                falsePositivesDuringCuts: falsePositivesDuringCuts
            ),
            traffic: .init(simulation.totalTraffic, nodeTime: nodeTime),
            violations: simulation.violations.map { $0.description },
            coverage: Dictionary(
                uniqueKeysWithValues: Coverage.Path.allCases.filter { coverage[$0] > 0 }
                    .map { ($0.rawValue, coverage[$0]) }
            ),
            notes: knowledgeNotes + crashNotes + notes
        )
    }

    private var nodeTime: Duration {
        runningSince.reduce(endedTime) { sum, since in since.map { sum + (simulation.time - $0) } ?? sum }
    }

    private var knowledgeNotes: [String] {
        let never = knewAll.indices.filter { knewAll[$0] == nil }
        guard let first = never.first else { return [] }
        return [
            "\(never.count) of \(knewAll.count) nodes never heard of all others, node-\(first) among them"
        ]
    }

    /// A line for each crash that some do not know of.
    var crashNotes: [String] {
        let state = simulation.state
        return crashes.sorted { $0.key < $1.key }.compactMap { node, watch in
            let name = state.name(of: node)
            let blind = (0..<state.nodeCount).filter { observer in
                guard state.isWell(observer) else { return false }
                return [.alive, .suspect].contains(state.belief(of: observer, about: name))
            }
            guard !blind.isEmpty else { return nil }
            return "\(name) crashed at \(watch.time.shortText), and \(blind.count) of those that run do not "
                + "know it by the end"
        }
    }
}
