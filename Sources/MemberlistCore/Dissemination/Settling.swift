import MemberlistWire

/// What follows a burst of news, and what follows a join.
///
/// Gossip reaches a member with a likelihood: where a thousand members are to hear of a thousand, some miss some; and
/// who has just joined misses what is told before the others know of it. The next push/pull tells them, and in a large
/// cluster it is minutes away. So each node exchanges states once when its part in the burst is over. HashiCorp's nodes
/// wait.
extension GossipProtocol {
    /// Messages about members that make a burst; of fewer hardly one is missed.
    private static let burstOfNews = 8
    /// Over how many rounds of gossip the members' exchanges are spread.
    private static let settlingRounds: Int64 = 10

    /// Where the last of the news has gone out, plans the exchange: one in an interval of push/pull.
    mutating func settle(at now: Instant) {
        guard newsInBurst > 0, broadcasts.isEmpty, table.groupCount(.alive) > 0 else { return }
        defer {
            newsInBurst = 0
            hasJustJoined = false
        }
        guard configuration.pushPullInterval > 0, configuration.gossipInterval > 0 else { return }
        let isRested =
            settled.map { now.nanoseconds(since: $0) >= configuration.pushPullInterval } ?? true
        guard hasJustJoined || newsInBurst >= Self.burstOfNews && isRested else { return }
        settled = now
        let spread = configuration.gossipInterval * Self.settlingRounds
        timers.schedule(.settling, at: now.advanced(byNanoseconds: random.below(spread)))
    }
}
