internal import HeapModule
internal import MemberlistCore

/// What comes next in virtual time: small values that say who is concerned; the rest lies in tables of the world.
enum Happening: Hashable, Sendable {
    /// A node's timer; stale where the process has another token by now.
    case timer(host: Int32, token: UInt32)
    /// A datagram arrives: a place in the network's table.
    case datagram(Int32)
    /// A step of a stream's: a place in the streams' table; stale where its generation is another.
    case stream(Int32, generation: UInt32, step: StreamStep)
    /// A fault or an action that was planned: a place in the world's table.
    case planned(Int32)
}

/// All that will happen, by time, and in the order of planning where times are equal: nothing else decides.
struct EventQueue {
    private struct Entry: Comparable {
        let due: Instant
        let order: UInt64
        let happening: Happening

        static func < (lhs: Entry, rhs: Entry) -> Bool {
            (lhs.due, lhs.order) < (rhs.due, rhs.order)
        }

        static func == (lhs: Entry, rhs: Entry) -> Bool { lhs.order == rhs.order }
    }

    private var entries = Heap<Entry>()
    private var lastOrder: UInt64 = 0

    var nextDue: Instant? { entries.min?.due }
    var count: Int { entries.count }

    mutating func plan(_ happening: Happening, at due: Instant) {
        lastOrder += 1
        entries.insert(Entry(due: due, order: lastOrder, happening: happening))
    }

    /// The next happening, unless it lies after the end.
    mutating func pop(until end: Instant) -> (due: Instant, happening: Happening)? {
        guard let first = entries.min, first.due <= end else { return nil }
        entries.removeMin()
        return (first.due, first.happening)
    }
}
