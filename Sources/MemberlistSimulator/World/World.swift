internal import Memberlist
internal import MemberlistCore
internal import MemberlistWire

/// Machines, a network and a clock of its own. Everything that happens is taken from one queue, one after
/// another; all that is drawn comes from one seeded source. So one seed gives one history.
final class World {
    let seed: UInt64
    private(set) var now = Instant(nanoseconds: 0)
    var random: ProtocolRandom
    var events = EventQueue()
    var hosts: [Host] = []
    var network: Network
    var linkFaults: LinkFaults
    var streams = StreamTable()
    var digest = HistoryDigest()
    var judges: [any SimulationJudge] = [] {
        didSet { frameJudges = judges.filter(\.watchesFrames) }
    }
    /// Those that look at frames: most observations are of frames, and most judges do not.
    private var frameJudges: [any SimulationJudge] = []
    var violations: [Violation] = []
    var coverage = Coverage()
    var attacker = Attacker()
    /// Told of everything, before the judges.
    var observers: [(Observation) -> Void] = []
    /// Hooks that wait to be called: an application's code may suspend, so it is not called from in here.
    var hookCalls: [HookCall] = []
    private var planned: [((World) -> Void)?] = []
    private var freePlans: [Int32] = []
    var names: [NodeName: Int] = [:]
    var lastAddress: UInt32 = 0
    /// Changes what a core is started with: for experiments and planted bugs, not for users.
    var adjustCore: ((inout ProtocolConfiguration) -> Void)?
    /// What is known of a rotation of keys, for who judges it.
    var rotation = RotationState()
    /// Bugs that are planted to try the judges.
    var sabotage = Sabotage()
    /// What applications have said, so that what is heard can be held against it.
    var said = Set<[UInt8]>()
    /// Applications' own sockets, by address. Only looked up.
    var sockets: [Endpoint: SimulatedSocket] = [:]
    /// Told how exchanges ended.
    var exchangeEnded: ((Int, ExchangeID, ExchangeOutcome) -> Void)?
    /// Judges see each frame only where one asks; making an observation of each costs time.
    var showsFrames = false

    init(seed: UInt64, conditions: LinkConditions) {
        self.seed = seed
        random = ProtocolRandom(seed: seed)
        network = Network(conditions)
        linkFaults = LinkFaults(base: conditions)
    }

    var time: Duration { .nanoseconds(now.nanoseconds) }

    // MARK: Running

    /// Lets time pass until the end, or until hooks want to be called. Returns whether the end was reached.
    func run(until end: Instant) -> Bool {
        while hookCalls.isEmpty {
            guard let (due, happening) = events.pop(until: end) else {
                now = max(now, end)
                return true
            }
            now = max(now, due)
            handle(happening)
        }
        return false
    }

    private func handle(_ happening: Happening) {
        switch happening {
        case .timer(let index, let token): timerFired(hosts[Int(index)], token)
        case .datagram(let place): datagramArrived(place)
        case .stream(let place, let generation, let step): streamStepped(place, generation, step)
        case .planned(let place):
            guard planned.indices.contains(Int(place)) else { return }
            let action = planned[Int(place)]
            planned[Int(place)] = nil
            freePlans.append(place)
            action?(self)
        }
    }

    /// Plans an action.
    func plan(at due: Instant, _ action: @escaping (World) -> Void) {
        let place = freePlans.popLast() ?? Int32(planned.count)
        if Int(place) == planned.count { planned.append(action) } else { planned[Int(place)] = action }
        events.plan(.planned(place), at: max(due, now))
    }

    /// Forgets what was planned and who listens: plans hold who made them, who holds the world.
    func end() {
        planned = []
        freePlans = []
        events = EventQueue()
        observers = []
        exchangeEnded = nil
        hookCalls = []
        sockets = [:]
    }

    // MARK: Telling

    func observe(_ kind: Observation.Kind, at node: Int, evidence: FailureEvidence? = nil) {
        guard !judges.isEmpty || !observers.isEmpty else { return }
        let observation = Observation(time: time, node: node, kind: kind, evidence: evidence)
        for observer in observers { observer(observation) }
        let state = SimulationState(self)
        for judge in observation.isOfFrame ? frameJudges : judges {
            if let what = judge.observe(observation, in: state) { violate(judge, what) }
        }
    }

    func inspect(_ node: Int) {
        guard !judges.isEmpty else { return }
        let state = SimulationState(self)
        for judge in judges {
            if let what = judge.inspect(node, in: state) { violate(judge, what) }
        }
    }

    /// Lets every judge say its last word.
    func conclude() {
        let state = SimulationState(self)
        for judge in judges {
            if let what = judge.conclude(state) { violate(judge, what) }
        }
    }

    private func violate(_ judge: any SimulationJudge, _ what: String) {
        guard violations.count < 100 else { return }
        let violation = Violation(judge: judge.name, time: time, what: what)
        violations.append(violation)
        for observer in observers {
            observer(Observation(time: time, node: -1, kind: .fault("VIOLATION \(violation)")))
        }
    }
}
