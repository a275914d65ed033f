internal import MemberlistCore

/// Something that a scenario does at one moment.
enum ScenarioAction: Hashable {
    case join(Int)
    case cut(part: Int, sides: [[Int]], oneWay: Bool)
    case heal(part: Int)
    case crash(Int)
    case restart(Int)
    case hold([Int])
    case release([Int])
    /// A fault that is made of many small ones begins or ends.
    case tell(nodes: [Int], String)
    /// A part of the scenario is over; from now on the cluster should find itself.
    case ended(String)
}

/// A scenario as a list of actions in the order of time. Who it hits is drawn from the seed, by draws of their own:
/// they move nothing in the world.
struct ScenarioSchedule {
    struct Step {
        let at: Duration
        let action: ScenarioAction
    }

    private(set) var steps: [Step] = []
    /// Whose turn it is when in the roll-outs, one after another: each waits for the cluster, so none has a time.
    private(set) var turns: [RolloutTurn] = []
    /// When the last node asks to join.
    private(set) var lastJoin: Duration = .zero
    private var random: ProtocolRandom
    private let nodes: Int
    private let end: Duration

    init(_ scenario: Scenario, seed: UInt64) {
        random = ProtocolRandom(seed: seed ^ 0x5343_454E_4152_494F)
        nodes = scenario.nodes
        end = scenario.length
        addJoins(scenario.joins)
        for (index, partition) in scenario.partitions.enumerated() { add(partition, part: index) }
        for crash in scenario.crashes { add(crash) }
        for slowness in scenario.slow { add(slowness) }
        addTurns(scenario)
        // Equal times keep the order of the scenario: sorting is not stable by promise, so the place decides.
        steps = steps.enumerated()
            .sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }
            .map(\.element)
    }

    private mutating func plan(_ action: ScenarioAction, at time: Duration) {
        if time < end { steps.append(Step(at: time, action: action)) }
    }

    private mutating func addJoins(_ joins: Scenario.Joins) {
        var span: Int64 = 0
        if case .over(let time) = joins { span = time.nanoseconds }
        for node in 1..<max(1, nodes) {
            plan(
                .join(node),
                at: .nanoseconds(Int64(Int128(span) * Int128(node) / Int128(max(1, nodes - 1))))
            )
        }
        if nodes > 1 { lastJoin = .nanoseconds(span) }
        plan(.ended("the joins"), at: lastJoin)
    }

    private mutating func add(_ partition: Scenario.Partition, part: Int) {
        let sides: [[Int]]
        switch partition.side {
        case .some(let choice): sides = [draw(choice)]
        case .islands(let count):
            let order = draw(nodes)
            // All but the last: who is cut off from each of the others is cut off from the rest too.
            sides = (0..<count - 1).map { island in
                order.indices.filter { $0 % count == island }.map { order[$0] }.sorted()
            }
        }
        plan(.cut(part: part, sides: sides, oneWay: partition.oneWay), at: partition.at)
        plan(.heal(part: part), at: partition.at + partition.lasts)
        plan(.ended("the partition at \(partition.at.shortText)"), at: partition.at + partition.lasts)
    }

    private mutating func add(_ crash: Scenario.Crash) {
        var last = crash.at
        for (place, node) in draw(crash.who).enumerated() {
            let at = crash.at + crash.every * place
            guard at < end else { break }
            plan(.crash(node), at: at)
            last = at
            guard let pause = crash.restartAfter else { continue }
            plan(.restart(node), at: at + pause)
            last = at + pause
        }
        plan(.ended("the crash at \(crash.at.shortText)"), at: last)
    }

    private mutating func add(_ slowness: Scenario.Slowness) {
        let who = draw(slowness.who)
        let over = min(slowness.at + slowness.lasts, end)
        plan(.tell(nodes: who, "now and again held up"), at: slowness.at)
        var at = slowness.at
        while at < over {
            plan(.hold(who), at: at)
            plan(.release(who), at: min(at + slowness.held, over))
            at += slowness.held + slowness.free
        }
        plan(.tell(nodes: who, "held up no more"), at: over)
        plan(.ended("the slowness at \(slowness.at.shortText)"), at: over)
    }

    private mutating func addTurns(_ scenario: Scenario) {
        var setting = scenario.firstSetting
        for rollout in scenario.rolloutsInOrder {
            for (round, next) in setting.rounds(to: rollout.target).enumerated() {
                for (place, node) in draw(nodes).enumerated() {
                    let isLast = round == 2 && place == nodes - 1
                    turns.append(
                        RolloutTurn(node: node, round: round, setting: next, rollout: rollout, isLast: isLast)
                    )
                }
                setting = next
            }
        }
    }

    private mutating func draw(_ choice: Scenario.Choice) -> [Int] {
        switch choice {
        case .nodes(let numbers): return numbers
        case .count(let count): return draw(count).sorted()
        case .share(let share):
            let parts = Int64((share * 1_000_000).rounded())
            return draw(Int(Int64(nodes) * parts / 1_000_000)).sorted()
        }
    }

    /// So many different nodes, in a drawn order.
    private mutating func draw(_ count: Int) -> [Int] {
        var order = Array(0..<nodes)
        for place in 0..<min(count, nodes) {
            order.swapAt(place, place + random.below(nodes - place))
        }
        return Array(order.prefix(count))
    }
}
