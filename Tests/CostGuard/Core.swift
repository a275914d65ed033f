import MemberlistCore
import MemberlistWire

/// A node among a hundred others, to which nothing new is said: pings that it answers, rounds of its own that are
/// answered, gossip that it knows, states that change nothing.
enum Core {
    private static let others = 100

    static func figures() throws -> [Figure] {
        [
            try answers(),
            rounds(),
            knownAlives(),
            knownStates(),
        ]
    }

    private static func name(_ number: Int) -> NodeName { NodeName("node-\(number)") }

    private static func endpoint(_ number: Int) -> Endpoint {
        Endpoint(address: IPAddress(ipv4: 0x0a00_0000 + UInt32(number)), port: 7946)
    }

    private static func alive(_ number: Int) -> Alive {
        Alive(
            incarnation: 1,
            node: name(number),
            address: WireBytes(endpoint(number).address.bytes),
            port: 7946,
            meta: WireBytes([1, 2, 3]),
            versions: [1, 5, 2, 0, 0, 0]
        )
    }

    /// A node whose first news has been told.
    private static func core() -> GossipProtocol {
        var configuration = ProtocolConfiguration(name: name(0), endpoint: endpoint(0))
        configuration.pushPullInterval = 0
        var core = GossipProtocol(configuration: configuration, seed: 1, at: Instant(nanoseconds: 0))
        for number in 1...others {
            core.handle(
                .messageReceived(.alive(alive(number)), from: endpoint(number)),
                at: Instant(nanoseconds: 0)
            )
        }
        var now: Int64 = 0
        while core.queuedBroadcasts.membership > 0 {
            now += 1_000_000_000
            run(&core, to: now)
        }
        return core
    }

    /// Lets time go on while every ping is answered.
    @discardableResult
    private static func run(_ core: inout GossipProtocol, to moment: Int64) -> Int {
        var sent = 0
        while let deadline = core.nextDeadline, deadline.nanoseconds <= moment {
            core.advance(to: deadline)
            while let directive = core.nextDirective() {
                guard case .sendDatagram(let datagram) = directive else { continue }
                sent += 1
                answer(datagram, &core, at: deadline)
                core.recycle(datagram.payload)
            }
        }
        return sent
    }

    private static func answer(_ datagram: Datagram, _ core: inout GossipProtocol, at now: Instant) {
        guard case .ping(let ping)? = try? Message.decode(datagram.payload[...]) else { return }
        core.handle(
            .messageReceived(.ack(Ack(sequence: ping.sequence)), from: datagram.destination),
            at: now
        )
    }

    private static func answers() throws -> Figure {
        var core = core()
        let now = Instant(nanoseconds: 1 << 50)
        return try Figure("answer a ping") { round in
            let number = 1 + round % others
            let ping = Ping(sequence: UInt32(round), node: name0, sourceNode: names[number])
            core.handle(.messageReceived(.ping(ping), from: endpoint(number)), at: now)
            var isAnswered = false
            while let directive = core.nextDirective() {
                guard case .sendDatagram(let datagram) = directive else { continue }
                isAnswered = true
                core.recycle(datagram.payload)
            }
            if !isAnswered { throw Unexpected("no answer") }
        }
    }

    private static func rounds() -> Figure {
        var core = core()
        var now = core.nextDeadline?.nanoseconds ?? 0
        return Figure("a second of rounds without news") { _ in
            now += 1_000_000_000
            run(&core, to: now)
        }
    }

    private static func knownAlives() -> Figure {
        var core = core()
        let alives = (1...others).map { Message.alive(alive($0)) }
        let now = Instant(nanoseconds: 1 << 50)
        return Figure("hear what is known") { round in
            let number = round % others
            core.handle(.messageReceived(alives[number], from: endpoint(number + 1)), at: now)
            while core.nextDirective() != nil {}
        }
    }

    private static func knownStates() -> Figure {
        var core = core()
        let states = NodeStates(
            (1...others).map { number in
                let alive = alive(number)
                return PushNodeState(
                    name: alive.node,
                    address: alive.address,
                    port: alive.port,
                    meta: alive.meta,
                    incarnation: 1,
                    state: 0,
                    versions: alive.versions
                )
            }
        )
        let now = Instant(nanoseconds: 1 << 50)
        return Figure("merge a hundred known states") { _ in
            core.merge(states, at: now)
            while core.nextDirective() != nil {}
        }
    }

    private static let names = (0...others).map(name)
    private static let name0 = name(0)
}
