import MemberlistWire

/// What follows a burst of news, and what follows a join.
///
/// Gossip reaches a member with a likelihood: where a thousand members are to hear of a thousand, some miss some; and
/// who has just joined misses what is told before the others know of it. The next push/pull tells them, and in a large
/// cluster it is minutes away. So each node exchanges states once when its part in the burst is over. HashiCorp's nodes
/// wait.
extension GossipProtocol {
    /// Messages about members that make a burst, at least; of fewer hardly one is missed.
    private static let burstOfNews = 8
    /// An exchange tells of every member: so many of them there may be for each of the news that it follows.
    private static let membersForEachOfTheNews = 16
    /// Over how many rounds of gossip the members' exchanges are spread.
    private static let settlingRounds: Int64 = 5
    /// How many bursts may be followed so in an interval of push/pull.
    private static let settlingsInInterval: Int64 = 3

    /// Where the last of the news has gone out, plans the exchange. Where bursts follow one another, it waits.
    mutating func settle(at now: Instant) {
        guard newsInBurst > 0, broadcasts.isEmpty, table.groupCount(.alive) > 0 else { return }
        let isBurst =
            newsInBurst >= max(Self.burstOfNews, table.count / Self.membersForEachOfTheNews)
        let isDue = hasJustJoined || isBurst
        newsInBurst = 0
        hasJustJoined = false
        if isBurst { holdsRoom = true }
        guard isDue, !isSettling, configuration.pushPullInterval > 0, configuration.gossipInterval > 0 else {
            return
        }
        isSettling = true
        let spread = 1 + random.below(configuration.gossipInterval * Self.settlingRounds)
        let rested = settled?.advanced(
            byNanoseconds: configuration.pushPullInterval / Self.settlingsInInterval
        )
        timers.schedule(.settling, at: max(now, rested ?? now).advanced(byNanoseconds: spread))
    }

    mutating func startSettling(at now: Instant) {
        isSettling = false
        settled = now
        startPushPull(at: now)
    }

    /// Gives back what a burst's datagrams were written in, once it is over.
    mutating func giveBackRoom() {
        guard holdsRoom, broadcasts.isEmpty, userBroadcasts.isEmpty else { return }
        holdsRoom = false
        payloads = PayloadPool()
        writer = CompoundWriter()
        drawn = []
    }
}
