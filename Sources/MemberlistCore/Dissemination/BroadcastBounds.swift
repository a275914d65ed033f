/// How much a queue of broadcasts holds.
package struct BroadcastBounds: Hashable, Sendable {
    package var count: Int
    package var bytes: Int

    package init(count: Int, bytes: Int) {
        self.count = count
        self.bytes = bytes
    }

    static let none = BroadcastBounds(count: .max, bytes: .max)
}

/// What waits in a queue of broadcasts.
public struct BroadcastQueueDepth: Sendable, Hashable {
    /// Messages that wait.
    public let count: Int
    /// Bytes of them all, as they stand on the wire.
    public let bytes: Int
    /// Messages that were dropped since the start, because the queue was full or was pruned.
    public let dropped: Int

    package init(count: Int = 0, bytes: Int = 0, dropped: Int = 0) {
        self.count = count
        self.bytes = bytes
        self.dropped = dropped
    }
}

/// Whose turn it is to fill a datagram, the members' news or the application's broadcasts, while both wait.
///
/// A datagram is filled by one side first, and what that leaves goes to the other. So that neither starves, each
/// side's bytes are held against its share: the application fills the next one while it has had no more than its
/// share, the news of members otherwise. Counting bytes over datagrams, not a part of each, leaves room for
/// messages that fill one alone.
struct BroadcastShares: Sendable {
    /// The application's, of a hundred.
    private let share: Int
    /// Hundredths of bytes that the application is behind its share; below zero where it had more.
    private var owed = 0

    init(share: Int) {
        self.share = share
    }

    var isApplicationsTurn: Bool { owed >= 0 }

    /// Counts what one datagram of at most `limit` bytes carried of each. More than one datagram is owed to nobody:
    /// who had little to say for long does not shut the other out afterwards.
    mutating func count(application: Int, membership: Int, limit: Int) {
        owed += (application + membership) * share - application * 100
        owed = min(max(owed, -100 * limit), 100 * limit)
    }

    /// One side had nothing to say: nothing is owed.
    mutating func reset() { owed = 0 }
}
