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

    /// Where the last of the news has gone out, plans the exchange. Where bursts follow one another, it waits.
    mutating func settle(at now: Instant) {
        guard newsInBurst > 0, broadcasts.isEmpty, table.groupCount(.alive) > 0 else { return }
        let isBurst = newsInBurst >= Self.burstOfNews
        let isDue = hasJustJoined || isBurst
        newsInBurst = 0
        hasJustJoined = false
        if isBurst { holdsRoom = true }
        guard isDue, !isSettling, configuration.pushPullInterval > 0, configuration.gossipInterval > 0 else {
            return
        }
        isSettling = true
        let spread = 1 + random.below(configuration.gossipInterval * Settlings.rounds)
        let earliest = settlings.earliest(interval: configuration.pushPullInterval, members: table.count)
        timers.schedule(.settling, at: max(now, earliest ?? now).advanced(byNanoseconds: spread))
    }

    mutating func startSettling(at now: Instant) {
        isSettling = false
        settlings.add(now)
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

/// When a node settled of late: three times at most in the time between two exchanges of a cluster of that size, so that a
/// large one, whose exchanges are far apart for what each costs, bears any number of bursts.
struct Settlings: Sendable {
    /// Over how many rounds of gossip the members' exchanges are spread.
    static let rounds: Int64 = 5

    /// The last three, the first of them first.
    private var last: (Instant?, Instant?, Instant?)

    /// The earliest moment for one more; nil for any.
    func earliest(interval: Int64, members: Int) -> Instant? {
        let rested = last.2?.advanced(byNanoseconds: interval / 3)
        let scaled = Formulas.pushPullInterval(interval, members: members)
        guard let rested, let over = last.0?.advanced(byNanoseconds: scaled) else { return rested }
        return max(rested, over)
    }

    mutating func add(_ moment: Instant) {
        last = (last.1, last.2, moment)
    }
}
