import MemberlistCore
import MemberlistWire
import SampleCluster

/// Single steps of a core that knows many members.
enum StepRows {
    /// An alive with other metadata: it is believed, queued and told to the application.
    static func hear(members: Int, seconds: Double) throws -> Figure {
        var core = SampleCore.make(members: members)
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
        var (core, now) = try SampleCore.settled(members: members)
        return try Stopwatch(seconds: seconds).measure("answer", unit: "us", per: 1e6, batch: 1_000) {
            round in
            let number = round % members
            let ping = Ping(sequence: UInt32(round), node: "b", sourceNode: SampleMembers.name(number))
            let heard = Input.messageReceived(.ping(ping), from: SampleMembers.endpoint(number))
            core.handle(heard, at: Instant(nanoseconds: now))
            now += 1
            try recycle(&core)
        }
    }

    /// A second of probes and gossip, in which every ping is answered.
    static func probe(members: Int, seconds: Double) throws -> Figure {
        var (core, now) = try SampleCore.settled(members: members)
        return try Stopwatch(seconds: seconds).measure("probe", unit: "us", per: 1e6, batch: 100) { _ in
            now += 1_000_000_000
            try SampleCore.run(&core, to: now)
        }
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
