import MemberlistCore
import MemberlistWire

/// Single steps of a core that knows many members.
enum StepRows {
    /// An alive with other metadata: it is believed, queued and told to the application.
    static func hear(members: Int, seconds: Double) throws -> Figure {
        var core = try SampleCore.make(members: members)
        var incarnation: UInt32 = 1
        var number = 0
        return try Stopwatch(seconds: seconds).measure("hear", unit: "us", per: 1e6, batch: 1_000) { _ in
            number += 7_919
            if number >= members {
                number %= members
                incarnation += 1
            }
            let alive = SampleMembers.alive(number, incarnation: incarnation)
            core.handle(
                .messageReceived(.alive(alive), from: SampleMembers.endpoint(1)),
                at: SampleCore.start
            )
            while core.nextDirective() != nil {}
        }
    }

    static func answer(members: Int, seconds: Double) throws -> Figure {
        var core = try SampleCore.make(members: members)
        return try Stopwatch(seconds: seconds).measure("answer", unit: "us", per: 1e6, batch: 1_000) {
            round in
            let number = round % members
            let ping = Ping(sequence: UInt32(round), node: "b", sourceNode: SampleMembers.name(number))
            core.handle(
                .messageReceived(.ping(ping), from: SampleMembers.endpoint(number)),
                at: SampleCore.start
            )
            try recycle(&core)
        }
    }

    /// A second of probes and gossip, in which every ping is answered.
    static func probe(members: Int, seconds: Double) throws -> Figure {
        var core = try SampleCore.make(members: members)
        var now = SampleCore.start.nanoseconds
        return try Stopwatch(seconds: seconds).measure("probe", unit: "us", per: 1e6, batch: 100) { _ in
            now += 1_000_000_000
            while let deadline = core.nextDeadline, deadline.nanoseconds <= now {
                core.advance(to: deadline)
                while let directive = core.nextDirective() {
                    guard case .sendDatagram(let datagram) = directive else { continue }
                    try acknowledge(datagram, &core, at: deadline)
                    core.recycle(datagram.payload)
                }
            }
        }
    }

    private static func acknowledge(_ datagram: Datagram, _ core: inout GossipProtocol, at now: Instant)
        throws
    {
        guard let first = try parts(of: datagram.payload).first,
            case .ping(let ping) = try Message.decode(first)
        else { return }
        core.handle(.messageReceived(.ack(Ack(sequence: ping.sequence)), from: datagram.destination), at: now)
    }

    private static func parts(of payload: [UInt8]) throws -> [ArraySlice<UInt8>] {
        guard payload.first == MessageType.compound.rawValue else { return [payload[...]] }
        var reader = try CompoundReader(payload[1...])
        var parts: [ArraySlice<UInt8>] = []
        while let part = try reader.next() { parts.append(part) }
        return parts
    }

    private static func recycle(_ core: inout GossipProtocol) throws {
        var isAnswered = false
        while let directive = core.nextDirective() {
            guard case .sendDatagram(let datagram) = directive else { continue }
            isAnswered = true
            core.recycle(datagram.payload)
        }
        if !isAnswered { throw Unexpected("no answer") }
    }
}
