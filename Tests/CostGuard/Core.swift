import MemberlistCore
import MemberlistWire
import SampleCluster

/// A node among a hundred others, to which nothing new is said: pings that it answers, rounds of its own that are
/// answered, gossip that it knows, states that change nothing.
enum Core {
    private static let others = 100

    static func figures() throws -> [Figure] {
        [
            try answers(),
            try answersTogether(),
            try rounds(),
            try knownAlives(),
            try knownStates(),
        ]
    }

    private static func answers() throws -> Figure {
        var (core, now) = try settled()
        return try Figure("answer a ping") { round in
            let number = round % others
            let ping = Ping(sequence: UInt32(round), node: own, sourceNode: names[number])
            core.handle(.messageReceived(.ping(ping), from: SampleMembers.endpoint(number)), at: now)
            if !SampleCore.recycle(&core) { throw Unexpected("no answer") }
        }
    }

    /// A batch as a busy node reads it: what is sent is given back when all have been heard.
    private static func answersTogether() throws -> Figure {
        var (core, now) = try settled()
        return try Figure("answer sixteen pings together") { round in
            for number in 0..<16 {
                let sequence = UInt32(16 * round + number)
                let ping = Ping(sequence: sequence, node: own, sourceNode: names[number])
                core.handle(.messageReceived(.ping(ping), from: SampleMembers.endpoint(number)), at: now)
            }
            if !SampleCore.recycle(&core) { throw Unexpected("no answer") }
        }
    }

    private static func rounds() throws -> Figure {
        var (core, now) = try SampleCore.settled(members: others)
        return try Figure("a second of rounds without news") { _ in
            now += 1_000_000_000
            try SampleCore.run(&core, to: now)
        }
    }

    private static func knownAlives() throws -> Figure {
        var (core, now) = try settled()
        let alives = (0..<others).map { Message.alive(SampleMembers.alive($0)) }
        return Figure("hear what is known") { round in
            let number = round % others
            core.handle(.messageReceived(alives[number], from: SampleMembers.endpoint(number)), at: now)
            while core.nextDirective() != nil {}
        }
    }

    private static func knownStates() throws -> Figure {
        var (core, now) = try settled()
        let states = NodeStates((0..<others).map(SampleMembers.state))
        return Figure("merge a hundred known states") { _ in
            core.merge(states, at: now)
            while core.nextDirective() != nil {}
        }
    }

    /// A node whose first news has been told.
    private static func settled() throws -> (core: GossipProtocol, now: Instant) {
        let (core, now) = try SampleCore.settled(members: others)
        return (core, Instant(nanoseconds: now))
    }

    private static let own: NodeName = "b"
    private static let names = (0..<others).map(SampleMembers.name)
}
