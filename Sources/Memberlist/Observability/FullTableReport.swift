internal import MemberlistCore

/// Members that a full table did not let in: each is counted, and told of once a second at most.
struct FullTableReport {
    private static let pause: Int64 = 1_000_000_000

    private var refused = 0
    private var told: Instant?

    /// Counts one. Returns how many came since it was told last, where it is to be told again.
    mutating func count(at now: Instant) -> Int? {
        refused += 1
        if let told, now.nanoseconds(since: told) < Self.pause { return nil }
        told = now
        defer { refused = 0 }
        return refused
    }
}
