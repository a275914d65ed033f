internal import MemberlistCore

/// Something that is done to a cluster at a moment of a plan; nodes by number.
enum Fault: Sendable, Hashable {
    case crash(Int)
    case restart(Int, elsewhere: Bool)
    case pause(Int, milliseconds: Int)
    case block(Int, milliseconds: Int)
    /// It stands still while another sends it more than its socket holds.
    case flood(Int, from: Int, milliseconds: Int)
    case leave(Int, ends: Bool)
    /// It leaves, and joins again in the same process.
    case leaveAndReturn(Int, milliseconds: Int)
    /// It leaves and ends, and comes back at another address at once.
    case leaveAndMove(Int, milliseconds: Int)
    /// A node that was not there before.
    case arrive
    /// A node that does not fit the cluster tries to join, and gives up.
    case visit
    case partition([Int], milliseconds: Int)
    case cutOneWay(from: [Int], to: [Int], milliseconds: Int)
    case blockDatagrams([Int], milliseconds: Int)
    case degrade([Int], LinkConditions, milliseconds: Int)
    case rewriteSource(Int)
    case drift(Int, partsPerMillion: Int)
    case inject(HostileFrame, Int)
    case rotateKeys(RotationManner)
    case broadcast(Int)
    case send(Int, to: Int, reliably: Bool)
    case update(Int)
}

/// Draws the faults of a plan: which kinds this seed has, and when each happens.
struct SwarmTimeline {
    let nodes: Int
    let seconds: Int
    let isExact: Bool
    let isEncrypted: Bool
    let allowsMoves: Bool
    private var steps: [SwarmPlan.Step] = []

    init(nodes: Int, seconds: Int, isExact: Bool, isEncrypted: Bool, allowsMoves: Bool) {
        self.nodes = nodes
        self.seconds = seconds
        self.isExact = isExact
        self.isEncrypted = isEncrypted
        self.allowsMoves = allowsMoves
    }

    /// One kind of fault, and how many of it a seed that has it brings at most.
    private typealias Kind = (most: Int, draw: (inout ProtocolRandom) -> Fault)

    mutating func draw(_ random: inout ProtocolRandom) -> [SwarmPlan.Step] {
        for kind in kinds() where random.below(3) == 0 {
            for _ in 0...random.below(kind.most) { add(kind.draw(&random), &random) }
        }
        // A few nodes restart or leave in nearly every history: that is where protocols break.
        if random.below(4) != 0 { add(.crash(random.below(nodes)), &random) }
        if isEncrypted, random.below(2) == 0 {
            for _ in 0...random.below(3) { add(.rotateKeys(manner(&random)), &random) }
        }
        for _ in 0..<(allowsMoves ? random.below(4) : 0) {
            add(.leaveAndMove(node(&random), milliseconds: 1 + random.below(6_000)), &random)
        }
        // Equal times keep the order of drawing.
        return steps.enumerated().sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }.map(
            \.element
        )
    }

    private mutating func add(_ fault: Fault, _ random: inout ProtocolRandom) {
        steps.append(SwarmPlan.Step(at: .milliseconds(random.below(seconds * 1_000)), fault: fault))
    }

    private func kinds() -> [Kind] {
        var kinds: [Kind] = [
            (4, { .crash(node(&$0)) }),
            (6, { .restart(node(&$0), elsewhere: allowsMoves && $0.oneIn(3)) }),
            (2, { .leave(node(&$0), ends: $0.oneIn(2)) }),
            (4, { .leaveAndReturn(node(&$0), milliseconds: $0.below(20_000)) }),
            (3, { _ in .arrive }),
            (2, { _ in .visit }),
            (3, { .rewriteSource(node(&$0)) }),
            (30, { .broadcast(node(&$0)) }),
            (20, { .send(node(&$0), to: node(&$0), reliably: $0.oneIn(2)) }),
            (8, { .update(node(&$0)) }),
            (6, { .drift(node(&$0), partsPerMillion: $0.below(40_000) - 20_000) }),
            (40, { .inject(frame(&$0), node(&$0)) }),
        ]
        guard !isExact else { return kinds }
        kinds += [
            (4, { .pause(node(&$0), milliseconds: time(&$0)) }),
            (3, { .block(node(&$0), milliseconds: time(&$0)) }),
            (3, { .partition(side(&$0), milliseconds: time(&$0)) }),
            (3, { .cutOneWay(from: side(&$0), to: side(&$0), milliseconds: time(&$0)) }),
            (3, { .blockDatagrams(side(&$0), milliseconds: time(&$0)) }),
            (3, { .degrade(side(&$0), bad(&$0), milliseconds: time(&$0)) }),
            (3, { .drift(node(&$0), partsPerMillion: $0.below(600_000) - 300_000) }),
            (2, { .flood(node(&$0), from: node(&$0), milliseconds: 200 + $0.below(1_000)) }),
        ]
        return kinds
    }

    private func node(_ random: inout ProtocolRandom) -> Int { random.below(nodes) }

    /// From a moment to half of the whole.
    private func time(_ random: inout ProtocolRandom) -> Int {
        let most = random.oneIn(3) ? 500 : seconds * 500
        return 1 + random.below(most)
    }

    /// One node, or up to half of them.
    private func side(_ random: inout ProtocolRandom) -> [Int] {
        var chosen: [Int] = []
        let count = random.oneIn(2) ? 1 : 1 + random.below(max(1, nodes / 2))
        random.sample(count, below: nodes, into: &chosen)
        return chosen
    }

    /// A recorded frame that comes again may be old news about a node at an address that it had: where accuracy
    /// is exact nobody records.
    private func frame(_ random: inout ProtocolRandom) -> HostileFrame {
        let frames = HostileFrame.allCases.filter { !isExact || ($0 != .replayed && $0 != .stream) }
        return frames[random.below(frames.count)]
    }

    /// Where accuracy is exact nobody may lose sight of anybody.
    private func manner(_ random: inout ProtocolRandom) -> RotationManner {
        guard !isExact, random.oneIn(2) else { return .orderly }
        return random.oneIn(2) ? .forgetful : .hasty
    }

    private func bad(_ random: inout ProtocolRandom) -> LinkConditions {
        var conditions = LinkConditions()
        conditions.latency = .milliseconds(1 + random.below(400))
        conditions.jitter = .milliseconds(random.below(200))
        conditions.loss = random.fraction(of: 0.6)
        conditions.duplication = random.fraction(of: 0.3)
        conditions.reordering = random.fraction(of: 0.5)
        conditions.tailProbability = random.fraction(of: 0.2)
        conditions.tail = .milliseconds(random.below(5_000))
        conditions.bandwidth = random.oneIn(2) ? 50 + random.below(2_000) : nil
        conditions.streamRefusal = random.fraction(of: 0.8)
        conditions.streamCut = random.fraction(of: 0.8)
        return conditions
    }
}

extension Fault: CustomStringConvertible {
    /// For a log.
    var description: String {
        func time(_ milliseconds: Int) -> String { "for \(milliseconds) ms" }
        switch self {
        case .crash(let node): return "crash \(node)"
        case .restart(let node, let elsewhere): return "restart \(node)\(elsewhere ? " elsewhere" : "")"
        case .pause(let node, let wait): return "pause \(node) \(time(wait))"
        case .block(let node, let wait): return "block \(node) \(time(wait))"
        case .leave(let node, let ends): return "leave \(node)\(ends ? " and end" : "")"
        case .leaveAndReturn(let node, let wait): return "leave \(node) and return after \(wait) ms"
        case .leaveAndMove(let node, let wait): return "leave \(node) and return elsewhere after \(wait) ms"
        case .arrive: return "a new node arrives"
        case .visit: return "a node that does not fit visits"
        case .partition(let side, let wait): return "partition \(side) \(time(wait))"
        case .cutOneWay(let from, let to, let wait): return "cut from \(from) to \(to) \(time(wait))"
        case .blockDatagrams(let nodes, let wait): return "block datagrams of \(nodes) \(time(wait))"
        case .degrade(let nodes, let links, let wait):
            return
                "bad links from \(nodes) \(time(wait)): latency \(links.latency), loss \(links.loss), tail "
                + "\(links.tail), bandwidth \(links.bandwidth.map { "\($0)" } ?? "any")"
        case .rewriteSource(let node): return "rewrite the source of \(node)"
        case .drift(let node, let drift): return "clock of \(node) drifts by \(drift) ppm"
        case .inject(let frame, let node): return "inject \(frame.rawValue) at \(node)"
        case .flood(let node, let other, let wait): return "flood \(node) from \(other) \(time(wait))"
        case .rotateKeys(let manner): return "\(manner.rawValue) rotation of the keys"
        case .broadcast(let node): return "broadcast by \(node)"
        case .send(let node, let other, let reliably):
            return "send from \(node) to \(other)\(reliably ? " over a stream" : "")"
        case .update(let node): return "update of \(node)"
        }
    }
}
