internal import MemberlistCore
internal import MemberlistWire

/// Counts, for some members and at even moments, how many of the nodes that run believe what of them.
final class KnowledgeTimeline {
    /// What the others believe of a member at one moment, and whether it runs.
    struct Cell: Hashable {
        var alive: Int32 = 0
        var suspect: Int32 = 0
        /// Dead, or left.
        var gone: Int32 = 0
        var observers: Int32 = 0
        var process = ProcessState.running
    }

    enum ProcessState: UInt8 {
        case running, held, down
    }

    private enum Belief: UInt8 {
        case unknown, alive, suspect, gone
    }

    static let mostRows = 128
    static let mostColumns = 480

    /// The members that are watched, by number.
    let subjects: [Int]
    let nodes: Int
    let length: Duration
    /// By column, then by row.
    private(set) var columns: [[Cell]] = []
    private(set) var marks: [(time: Duration, text: String)] = []
    private(set) var crashes: [(time: Duration, isRestart: Bool)] = []

    private var current: [Cell]
    private var beliefs: [Belief]
    private var rows: [Int?]
    private var running: [Bool]

    init(nodes: Int, length: Duration) {
        self.nodes = nodes
        self.length = length
        let count = min(nodes, Self.mostRows)
        subjects = (0..<count).map { $0 * nodes / count }
        rows = [Int?](repeating: nil, count: nodes)
        for (row, node) in subjects.enumerated() { rows[node] = row }
        running = [Bool](repeating: true, count: nodes)
        beliefs = [Belief](repeating: .unknown, count: count * nodes)
        current = [Cell](repeating: Cell(observers: Int32(nodes - 1)), count: count)
        columns.reserveCapacity(Self.mostColumns)
    }

    /// When a column is over.
    func end(of column: Int) -> Duration {
        .nanoseconds(Int64(Int128(length.nanoseconds) * Int128(column + 1) / Int128(Self.mostColumns)))
    }

    func mark(_ text: String, at time: Duration) { marks.append((time, text)) }

    func observe(_ observation: Observation, in state: SimulationState) {
        let node = observation.node
        guard running.indices.contains(node) else { return }
        switch observation.kind {
        case .member(let member, let change):
            guard let subject = state.node(named: member.name), subject != node,
                rows.indices.contains(subject),
                let row = rows[subject]
            else { return }
            advance(to: observation.time)
            set(change == .reaped ? .unknown : Self.belief(member.state), of: node, row)
        case .process(let change):
            advance(to: observation.time)
            observe(change, node, at: observation.time)
        default: break
        }
    }

    /// The last columns.
    func end() { advance(to: length) }

    private func advance(to time: Duration) {
        while columns.count < Self.mostColumns, end(of: columns.count) <= time { columns.append(current) }
    }

    private static func belief(_ state: MemberState) -> Belief {
        switch state {
        case .alive: .alive
        case .suspect: .suspect
        case .dead, .left: .gone
        }
    }

    private func set(_ belief: Belief, of observer: Int, _ row: Int) {
        let place = row * nodes + observer
        count(beliefs[place], -1, row)
        count(belief, 1, row)
        beliefs[place] = belief
    }

    private func count(_ belief: Belief, _ change: Int32, _ row: Int) {
        switch belief {
        case .unknown: break
        case .alive: current[row].alive += change
        case .suspect: current[row].suspect += change
        case .gone: current[row].gone += change
        }
    }

    private func observe(_ change: ProcessChange, _ node: Int, at time: Duration) {
        switch change {
        case .launched:
            if time > .zero { crashes.append((time, true)) }
            setRunning(true, node)
        case .crashed:
            crashes.append((time, false))
            setRunning(false, node)
        case .ended: setRunning(false, node)
        case .paused, .blocked: show(.held, node)
        case .resumed, .unblocked: show(.running, node)
        case .leaving, .joining, .clock: break
        }
    }

    private func show(_ process: ProcessState, _ node: Int) {
        if let row = rows[node] { current[row].process = process }
    }

    private func setRunning(_ isRunning: Bool, _ node: Int) {
        show(isRunning ? .running : .down, node)
        guard running[node] != isRunning else { return }
        running[node] = isRunning
        for (row, subject) in subjects.enumerated() where subject != node {
            // A process that is gone believes nothing, and a new one does not yet.
            set(.unknown, of: node, row)
            current[row].observers += isRunning ? 1 : -1
        }
    }
}
