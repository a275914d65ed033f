import FixtureSupport
import MemberlistCore
import MemberlistWire

extension FuzzTarget {
    /// The core under a sequence of inputs. Three bytes choose its settings; then each step takes a byte for what
    /// happens and some for the details. The rules of ``CoreRules`` hold after each.
    static let core = FuzzTarget("core", longestInput: 1_024, seeds: CoreSeeds.all) { bytes in
        let first = try CoreRun.run(bytes)
        // Nothing may depend on the order of a hash table, which is another one in each.
        try require(try CoreRun.run(bytes) == first, "the same inputs give other directives")
    }
}

/// A core, the world that it lives in, and whoever watches it.
struct CoreRun {
    static let names: [NodeName] = [
        "self", "a", "b", "c", "d", "e", NodeName(bytes: ArraySlice(repeating: 0xe9, count: 300)), "",
    ]
    /// The first one is this node's own.
    static let endpoints: [Endpoint] = (1...6).map { number in
        Endpoint(address: IPAddress(ipv4: 0x0a00_0000 + UInt32(number)), port: 7946)
    }
    private static let longestRun = 400

    private(set) var core: GossipProtocol
    private(set) var now = Instant(nanoseconds: 0)
    private var rules: CoreRules
    private var input: FuzzInput
    private var lastNumber: UInt64 = 0
    /// A digest of all that it wanted done.
    private var history = Hasher()

    static func run(_ bytes: [UInt8]) throws -> Int {
        var run = CoreRun(bytes)
        try run.settle(after: nil)
        var steps = 0
        while !run.input.isEmpty, steps < longestRun {
            try run.step()
            steps += 1
        }
        return run.history.finalize()
    }

    private init(_ bytes: [UInt8]) {
        input = FuzzInput(bytes)
        var configuration = ProtocolConfiguration(name: Self.names[0], endpoint: Self.endpoints[0])
        let (first, second) = (input.byte(), input.byte())
        configuration.asksAlive = first & 1 != 0
        configuration.asksMerge = first & 2 != 0
        configuration.deadNodeReclaim = first & 4 != 0 ? 1_000_000_000 : nil
        configuration.memberLimit = first & 8 != 0 ? 4 : 262_144
        configuration.gossipToTheDead = first & 16 != 0 ? 0 : 5_000_000_000
        if first & 128 != 0 {
            configuration.membershipQueue = BroadcastBounds(count: 3, bytes: 4_000)
            configuration.userQueue = BroadcastBounds(count: 4, bytes: 5_000)
        }
        configuration.versions.current = first & 32 != 0 ? 1 : 2
        configuration.capabilities = first & 64 != 0 ? .all : []
        configuration.usableCapabilities = configuration.capabilities
        configuration.lifeguard = LifeguardExtensions(rawValue: second & 7 ^ 7)
        configuration.gossipInterval = second & 8 != 0 ? 0 : 200_000_000
        configuration.gossipNodes = Int(second >> 4 & 3)
        configuration.pushPullInterval = second & 64 != 0 ? 0 : 2_000_000_000
        configuration.meta = second & 128 != 0 ? [1, 2, 3] : []
        core = GossipProtocol(configuration: configuration, seed: UInt64(input.byte()), at: now)
        rules = CoreRules(configuration, core)
    }

    // MARK: Steps

    private mutating func step() throws {
        switch input.below(16) {
        case 0, 1, 2: try hear(.alive(alive()))
        case 3: try hear(.suspect(Suspect(incarnation: incarnation(), node: name(), from: name())))
        case 4: try hear(.dead(Dead(incarnation: incarnation(), node: name(), from: name())))
        case 5: try hear(.ping(ping()))
        case 6: try hear(.indirectPing(indirectPing()))
        case 7: try hear(.ack(Ack(sequence: sequence(), payload: WireBytes(input.bytes(2)))))
        case 8: try hear(.nack(Nack(sequence: sequence())))
        case 9: try hearAnything()
        case 10: try handle(.stateOffered(StreamID(number()), state()))
        case 11: try answerExchange()
        case 12: try decide()
        case 13: try callOfTheApplication()
        case 14:
            if let deadline = core.nextDeadline { try advance(to: max(deadline, now)) }
        default:
            let waits: [Int64] = [1_000_000, 200_000_000, 1_000_000_000, 10_000_000_000, 100_000_000_000]
            try advance(to: now.advanced(byNanoseconds: input.pick(waits)))
        }
    }

    private mutating func hear(_ message: Message) throws {
        try handle(.messageReceived(message, from: input.pick(Self.endpoints)))
    }

    /// Whatever the next bytes say, where they are a message; else they are the application's.
    private mutating func hearAnything() throws {
        let bytes = input.bytes(input.below(200))
        try hear((try? Message.decode(bytes[...])) ?? .user(bytes[...]))
    }

    private mutating func answerExchange() throws {
        guard let exchange = rules.exchanges.isEmpty ? nil : input.pick(rules.exchanges) else { return }
        try handle(input.bool() ? .exchangeFailed(exchange) : .stateReceived(exchange, state()))
    }

    private mutating func decide() throws {
        let (isAlive, allowed) = (input.bool(), input.bool())
        let open = isAlive ? rules.aliveQuestions : rules.mergeQuestions
        guard !open.isEmpty else { return }
        let id = input.pick(open)
        try handle(isAlive ? .aliveDecided(id, allowed: allowed) : .mergeDecided(id, allowed: allowed))
    }

    private mutating func callOfTheApplication() throws {
        switch input.below(9) {
        case 0: try handle(.joinRequested(ExchangeID(number()), input.pick(Self.endpoints), name: name()))
        case 1: try handle(.metaChanged(input.bytes(input.pick([0, 4, 512, 513]))))
        case 2:
            let payload = [UInt8](
                repeating: input.byte(),
                count: input.pick([1, 40, 1_346, 1_347, 1_394, 2_000])
            )
            let name: NodeName? = input.bool() ? name() : nil
            let others = input.bool() ? [self.name(), self.name()] : []
            try handle(.broadcastRequested(RequestID(number()), payload, name: name, invalidates: others))
        case 3:
            let payload = [UInt8](
                repeating: 7,
                count: input.pick([0, 1, 1_350, 1_392, 1_397, 1_398, 70_000])
            )
            try handle(.messageRequested(payload, to: name()))
        case 4: try handle(.pingRequested(RequestID(number()), name: name(), input.pick(Self.endpoints)))
        case 5: try handle(.leaveRequested)
        case 6: try handle(.streamPingFinished(sequence: sequence(), answered: input.bool()))
        case 7:
            // Of late, or nobody's any more.
            let recent = RequestID(lastNumber - min(lastNumber, UInt64(input.below(8))))
            try handle(
                input.bool() ? .broadcastCancelled(recent) : .broadcastsPruned(retain: input.below(6) - 1)
            )
        default:
            // A crowd of requests, up to the bounds.
            for _ in 0..<input.pick([1, 40, 1_200]) {
                try handle(.pingRequested(RequestID(number()), name: "a", Self.endpoints[1]), quietly: true)
            }
        }
    }

    // MARK: Details

    private mutating func name() -> NodeName { input.pick(Self.names) }

    private mutating func number() -> UInt64 {
        lastNumber += 1
        return lastNumber
    }

    private mutating func incarnation() -> UInt32 {
        let choice = input.byte()
        switch choice {
        case 0xfb: return Limits.incarnationStep
        case 0xfc: return Limits.incarnationStep + 3
        case 0xfd: return Limits.incarnation - 2
        case 0xfe: return Limits.incarnation
        case 0xff: return .max
        default: return UInt32(choice & 7) + (choice & 8 == 0 ? 0 : core.localMember.incarnation)
        }
    }

    /// One that waits for its answer, mostly.
    private mutating func sequence() -> UInt32 {
        rules.sequences.isEmpty || input.below(8) == 7 ? input.number() : input.pick(rules.sequences)
    }

    private mutating func alive() -> Alive {
        var alive = Alive(incarnation: incarnation(), node: name())
        let choice = input.byte()
        let endpoint = Self.endpoints[Int(choice & 7) % Self.endpoints.count]
        alive.address = choice & 0xc0 == 0xc0 ? WireBytes(input.bytes(5)) : WireBytes(endpoint.address.bytes)
        alive.port = choice & 0x20 == 0 ? endpoint.port : 0
        let details = input.byte()
        alive.meta = input.pick([.null, [], [1], [2], WireBytes([UInt8](repeating: 1, count: 513))])
        alive.versions =
            [
                [1, 5, 2, 0, 0, 0], [1, 5, 2, 0, 0, 0, 3], [1, 5, 2, 0, 0, 0, 0xff, 9], .null, [1, 5],
                [1, 5, 2],
                [0, 5, 2, 0, 0, 0], [5, 1, 2, 0, 0, 0], [1, 2, 2, 3, 4, 3], [1, 3, 2, 0, 0, 0],
            ][Int(details) % 10]
        return alive
    }

    private mutating func ping() -> Ping {
        var ping = Ping(sequence: input.number(), node: name())
        guard input.bool() else { return ping }
        let source = input.pick(Self.endpoints + [CoreRules.stranger])
        ping.sourceAddress = WireBytes(source.address.bytes)
        ping.sourcePort = source.port
        ping.sourceNode = name()
        return ping
    }

    private mutating func indirectPing() -> IndirectPing {
        var ping = IndirectPing(sequence: input.number(), node: name(), wantsNack: input.bool())
        let target = input.pick(Self.endpoints + [CoreRules.stranger])
        ping.target = input.below(8) == 7 ? WireBytes(input.bytes(3)) : WireBytes(target.address.bytes)
        ping.port = input.pick([target.port, 0])
        let source = input.pick(Self.endpoints + [CoreRules.stranger])
        ping.sourceAddress = WireBytes(source.address.bytes)
        ping.sourcePort = source.port
        ping.sourceNode = name()
        return ping
    }

    private mutating func state() -> PushPull {
        let join = input.bool()
        let nodes = (0..<input.below(6)).map { _ in
            let alive = alive()
            return PushNodeState(
                name: alive.node,
                address: alive.address,
                port: alive.port,
                meta: alive.meta,
                incarnation: alive.incarnation,
                state: input.pick([0, 0, 1, 2, 3, -1, .max]),
                versions: alive.versions
            )
        }
        return PushPull(join: join, nodes: nodes, userState: input.bytes(input.below(3)))
    }

    // MARK: The world

    private mutating func handle(_ happened: Input, quietly: Bool = false) throws {
        rules.willHandle(happened, core)
        core.handle(happened, at: now)
        if quietly { try drain() } else { try settle(after: happened) }
    }

    private mutating func advance(to moment: Instant) throws {
        now = moment
        rules.willHandle(nil, core)
        core.advance(to: now)
        try require(core.nextDeadline.map { $0 > now } ?? true, "a timer is still due")
        try settle(after: nil)
    }

    private mutating func settle(after happened: Input?) throws {
        try drain()
        try rules.check(core, after: happened)
    }

    private mutating func drain() throws {
        while let directive = core.nextDirective() {
            history.combine(directive)
            try rules.observe(directive, core)
            if case .sendDatagram(let datagram) = directive { core.recycle(datagram.payload) }
        }
    }
}

enum CoreSeeds {
    /// The traces of one node's table, and sequences made up.
    static func all() throws -> [[UInt8]] {
        var seeds: [[UInt8]] = []
        var random = SeededRandom(seed: 5)
        for length in [20, 60, 120, 240, 400] {
            for _ in 0..<6 {
                seeds.append([0, 0x30] + (0..<length).map { _ in UInt8(truncatingIfNeeded: random.next()) })
            }
        }
        return try seeds + CoreTrace.all()
    }
}
