import CAllocations
import MemberlistCore
import MemberlistWire
import SampleCluster

/// Single steps of a core that knows many members.
enum StepRows {
    /// An alive of a later incarnation: it is believed, and queued to be passed on.
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
            if !SampleCore.recycle(&core) { throw Unexpected("no answer") }
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

    /// What is held for so many members: by a core that knows them, and against replays where ten datagrams came from
    /// each, among those that it sent to others.
    static func memory(members: Int) throws -> Figure {
        allocations_begin()
        let (core, _) = try SampleCore.settled(members: members)
        var replays = ReplayGuard()
        replays.makeRoom(forMembers: members)
        for number in 0..<members {
            let session = withUnsafeBytes(of: (UInt64(number).byteSwapped, UInt64(number))) { Array($0) }
            for counter in stride(from: UInt64(1), to: 1_000, by: 100) {
                guard let nonce = NativeNonce(session: session, counter: counter),
                    replays.admits(.counted(KeyID(rawValue: 1), nonce), at: 0)
                else { throw Unexpected("a session was taken for another") }
            }
        }
        let held = allocations_held()
        return withExtendedLifetime((core, replays)) {
            Figure(name: "memory", value: Double(held) / 1_000, unit: "kB")
        }
    }
}
