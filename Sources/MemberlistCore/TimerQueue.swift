import HeapModule

/// A moment at which the core has something to do. A timer is not taken back: when it is due, or the next to be so, its
/// owner looks whether it still means anything.
enum TimerKind: Hashable, Sendable {
    case probeRound
    case probeTimeout(sequence: UInt32)
    case probeDeadline(sequence: UInt32)
    case relayTimeout(sequence: UInt32)
    case gossipRound
    case pushPullRound
    case settling
    case healRound(token: UInt32)
    case suspicion(RowID, token: UInt32)
    case reap(RowID, token: UInt32)
    case nameClaim(sequence: UInt32)
    case farewellAnswer(token: UInt32)
}

/// All timers in one heap: by deadline, and in the order of their making where deadlines are equal.
struct TimerQueue: Sendable {
    private struct Row: Comparable, Sendable {
        let deadline: Instant
        let order: UInt64
        let kind: TimerKind

        static func < (lhs: Row, rhs: Row) -> Bool {
            (lhs.deadline, lhs.order) < (rhs.deadline, rhs.order)
        }

        static func == (lhs: Row, rhs: Row) -> Bool { lhs.order == rhs.order }
    }

    private var rows = Heap<Row>()
    private var lastOrder: UInt64 = 0

    var nextDeadline: Instant? { rows.min?.deadline }

    var nextKind: TimerKind? { rows.min?.kind }

    mutating func dropNext() { rows.removeMin() }

    mutating func schedule(_ kind: TimerKind, at deadline: Instant) {
        lastOrder += 1
        rows.insert(Row(deadline: deadline, order: lastOrder, kind: kind))
    }

    /// The next timer that is due, and how long it has been so in nanoseconds.
    mutating func popDue(at now: Instant) -> (kind: TimerKind, late: Int64)? {
        guard let first = rows.min, first.deadline <= now else { return nil }
        rows.removeMin()
        return (first.kind, now.nanoseconds(since: first.deadline))
    }
}
