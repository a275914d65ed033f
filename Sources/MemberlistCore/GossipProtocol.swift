import DequeModule
import MemberlistWire

/// One node's side of the membership protocol: SWIM with the Lifeguard extensions, as HashiCorp's memberlist
/// speaks it.
///
/// It is a value. What happened goes in through ``handle(_:at:)``, time through ``advance(to:)``; what shall be
/// done comes out of ``nextDirective()``. It has no clock, no task and no random source but its own seeded one,
/// so equal seeds and equal inputs give equal directives, to the byte.
///
/// Sources: Das, Gupta, Motivala, "SWIM" (DSN 2002); Dadgar, Phillips, Currey, "Lifeguard" (arXiv 1707.00788);
/// memberlist's `state.go`. Where this differs from memberlist on purpose, the place says so.
package struct GossipProtocol: Sendable {
    let configuration: ProtocolConfiguration
    var random: ProtocolRandom
    var timers = TimerQueue()
    var directives = Deque<Directive>()
    /// The most directives that waited since none did.
    private var longestBurst = 0

    // Membership
    var table: MemberTable
    let selfID: RowID
    var isLeaving = false
    /// Where dead members stand in the table, the first to be forgotten first; stale where one came back.
    var graves = Deque<Grave>()
    var merges = PendingMerges()
    var alives = PendingTable<PendingAlive>()
    /// Whether what is heard now is the answer to the first join of a node that knew nobody, and has no exchange with
    /// anybody else meanwhile. Then it has news of itself alone: all whom it could tell of a member are whom the
    /// member's own cluster tells. We differ from HashiCorp, whose nodes pass on the whole cluster when they join it: where a
    /// thousand join, that is most of what is sent.
    var isLesson = false
    var claims = NameClaims()

    // Failure detection
    var health: HealthScore
    var probes: [UInt32: Probe] = [:]
    var relays: [UInt32: Relay] = [:]
    var sequence: UInt32
    /// What this node's acks carry: kept, so that an ack asks nobody.
    var ackPayload = WireBytes.null

    // Dissemination
    var broadcasts: BroadcastQueue
    var userBroadcasts: BroadcastQueue
    var shares: BroadcastShares
    /// Of those dropped, how many were told.
    var droppedBroadcasts = (membership: 0, user: 0)
    /// Who heard the application's messages last, while they are told in turn.
    var turn: Int
    var farewell = Farewell()
    var exchanges: [ExchangeID: OpenExchange] = [:]
    var lastExchange: UInt64 = 0
    var healing: Healing
    var payloads = PayloadPool()
    /// The datagram that is being made, and what was drawn for it; empty between datagrams.
    var writer = CompoundWriter()
    var drawn: [[UInt8]] = []
    /// Messages about members that this round of gossip has sent.
    var drawnInRound = 0
    var chosen: [Int] = []
    /// When the next round of gossip comes, if there is something to say; nil where there is no gossip.
    var nextGossip: Instant?
    var isGossipPlanned = false
    /// Rounds of gossip so far.
    package internal(set) var gossipRounds: UInt64 = 0
    /// Messages about members since none waited, and what follows when none does again.
    var newsInBurst = 0
    var isSettling = false
    var settlings = Settlings()
    /// Whether what a burst was written in is still held.
    var holdsRoom = false
    /// Whether it is its own join that this node tells of.
    var hasJustJoined = false
    /// What this node told of itself last, and when, until another member tells it the same.
    var ownNews: (incarnation: UInt32, queued: Instant)?

    /// A node on its own: alive at incarnation 1, its timers started, each at a random point of its interval.
    package init(configuration: ProtocolConfiguration, seed: UInt64, at now: Instant) {
        self.configuration = configuration
        random = ProtocolRandom(seed: seed)
        sequence = UInt32(truncatingIfNeeded: random.next())
        turn = random.below(1 << 20)
        health = HealthScore(multiplier: configuration.healthMultiplier)
        healing = Healing(seed: seed)
        let hash = KeyedHash(seed: seed)
        table = MemberTable(hash: hash)
        broadcasts = BroadcastQueue(
            hash: hash,
            bounds: configuration.membershipQueue,
            own: configuration.name
        )
        userBroadcasts = BroadcastQueue(hash: hash, bounds: configuration.userQueue, startedFirst: true)
        shares = BroadcastShares(share: configuration.userShare)
        let alive = Alive(
            incarnation: 1,
            node: configuration.name,
            address: WireBytes(configuration.endpoint.address.bytes),
            port: configuration.endpoint.port,
            meta: configuration.meta.isEmpty ? .null : WireBytes(configuration.meta),
            versions: configuration.wireVersions
        )
        let identity =
            configuration.identityPool?.identity(of: alive, at: configuration.endpoint)
            ?? MemberIdentity(alive, at: configuration.endpoint)
        selfID = table.add(identity, stateChange: now)
        table[selfID].state = .alive
        table[selfID].incarnation = 1
        queueAlive(identity, incarnation: 1)
        startTimers(at: now)
        endStep(at: now)
    }

    private mutating func startTimers(at now: Instant) {
        func stagger(_ interval: Int64) -> Instant {
            now.advanced(byNanoseconds: random.below(interval))
        }
        if configuration.probeInterval > 0 {
            timers.schedule(.probeRound, at: stagger(configuration.probeInterval))
        }
        if configuration.gossipInterval > 0 && configuration.gossipNodes > 0 {
            nextGossip = stagger(configuration.gossipInterval)
        }
        if configuration.pushPullInterval > 0 {
            timers.schedule(.pushPullRound, at: stagger(configuration.pushPullInterval))
        }
    }

    // MARK: Running

    /// What waits, about members and of the application's. Stored, as is the next deadline: to compute them would copy the
    /// core for whoever does not hold it alone.
    package private(set) var broadcastDepths = (
        membership: BroadcastQueueDepth(), user: BroadcastQueueDepth()
    )

    /// When ``advance(to:)`` has something to do next.
    package private(set) var nextDeadline: Instant?

    /// The next thing to do. Take them until there is none, after every input and every advance.
    package mutating func nextDirective() -> Directive? {
        guard let directive = directives.popFirst() else { return nil }
        if directives.isEmpty {
            // A whole cluster's joins are one burst: its memory is given back.
            if longestBurst > Self.keptDirectives { directives = Deque() }
            longestBurst = 0
        }
        return directive
    }

    private static let keptDirectives = 32

    /// Gives back the payload of a datagram that was sent, for the next one.
    package mutating func recycle(_ payload: consuming [UInt8]) {
        payloads.put(payload)
    }

    package mutating func handle(_ input: Input, at now: Instant) {
        switch input {
        case .messageReceived(let message, let sender):
            receive(message, from: sender, at: now)
        case .streamPingFinished(let sequence, let answered):
            streamPingFinished(sequence, answered: answered, at: now)
            healPingFinished(sequence, answered: answered)

        case .joinRequested(let id, let endpoint, let name):
            startJoin(id, with: endpoint, name: name, at: now)
        case .stateReceived(let id, let state):
            receiveState(state, of: id, at: now)
        case .exchangeFailed(let id):
            if exchanges.removeValue(forKey: id) != nil { finishExchange(id, .failed, at: now) }
        case .stateOffered(let stream, let state, let sender):
            answerState(state, on: stream, from: sender, at: now)

        case .seedsChanged(let seeds):
            replaceSeeds(seeds, at: now)

        case .aliveDecided(let id, let allowed):
            decideAlive(id, allowed: allowed, at: now)
        case .mergeDecided(let id, let allowed):
            decideMerge(id, allowed: allowed, at: now)

        case .metaChanged(let meta):
            changeMeta(meta, at: now)
        case .ackPayloadChanged(let payload):
            changeAckPayload(payload)
        case .broadcastRequested(let id, let payload, let name, let invalidates):
            queueUserBroadcast(payload, name: name, invalidates: invalidates, request: id)
        case .broadcastCancelled(let id):
            cancelUserBroadcast(id)
        case .broadcastsPruned(let retain):
            userBroadcasts.prune(retain: retain)
        case .messageRequested(let payload, let name):
            sendUserMessage(payload, to: name)
        case .messageAddressed(let payload, let endpoint):
            sendUserMessage(payload, to: endpoint, receiver: receiver(at: endpoint))
        case .pingRequested(let id, let name, let endpoint):
            startPing(id, name: name, endpoint: endpoint, at: now)
        case .leaveRequested:
            leave(at: now)
        }
        endStep(at: now)
    }

    /// Fires the timers that are due.
    package mutating func advance(to now: Instant) {
        while let (kind, late) = timers.popDue(at: now) {
            fire(kind, late: late, at: now)
        }
        endStep(at: now)
    }

    mutating func endStep(at now: Instant) {
        reportFinishedBroadcasts(at: now)
        settle(at: now)
        planGossip(at: now)
        broadcastDepths = (broadcasts.depth, userBroadcasts.depth)
        noteDeadline()
    }

    /// A node at rest wakes for nothing that is over: timers that mean nothing any more are dropped where one of them
    /// would be the next.
    mutating func noteDeadline() {
        while let kind = timers.nextKind, isSpent(kind) { timers.dropNext() }
        nextDeadline = timers.nextDeadline
    }

    /// Whether what the timer watches has ended. Not inlined, it would be called on a copy of the core.
    @inline(__always)
    private func isSpent(_ kind: TimerKind) -> Bool {
        switch kind {
        case .probeTimeout(let sequence), .probeDeadline(let sequence): probes[sequence] == nil
        case .relayTimeout(let sequence): relays[sequence] == nil
        case .suspicion(let id, let token): !isSuspected(id, token: token)
        case .healRound(let token): token != healing.token
        case .nameClaim(let sequence): claims[sequence] == nil
        case .farewellAnswer(let token): !farewell.isAwaited || token != farewell.token
        // A member's grave is looked at even where it came back: see ``reap(_:token:)``.
        case .probeRound, .gossipRound, .pushPullRound, .settling, .reap: false
        }
    }

    private mutating func fire(_ kind: TimerKind, late: Int64, at now: Instant) {
        switch kind {
        case .probeRound: startProbeRound(at: now)
        case .probeTimeout(let sequence): probeTimedOut(sequence, at: now)
        case .probeDeadline(let sequence): finishProbe(sequence, late: late, at: now)
        case .relayTimeout(let sequence): relayTimedOut(sequence, at: now)
        case .gossipRound: gossip(at: now)
        case .pushPullRound: startPushPullRound(at: now)
        case .settling: startSettling(at: now)
        case .healRound(let token): startHealRound(token: token, at: now)
        case .suspicion(let id, let token): endSuspicion(id, token: token, late: late, at: now)
        case .reap(let id, let token): reap(id, token: token)
        case .nameClaim(let sequence): endDoubt(sequence, at: now)
        case .farewellAnswer(let token): farewellUnanswered(token: token)
        }
    }

    private mutating func receive(_ message: Message, from sender: Endpoint, at now: Instant) {
        switch message {
        case .ping(let ping): answer(ping, from: sender)
        case .indirectPing(let ping): relay(ping, from: sender, at: now)
        case .ack(let ack): receive(ack, from: sender, at: now)
        case .nack(let nack): receive(nack, from: sender, at: now)
        case .suspect(let suspect): receive(suspect, at: now)
        case .alive(let alive): receive(alive, merge: nil, at: now)
        case .dead(let dead): receive(dead, at: now)
        case .user(let payload): emit(.deliver(payload, from: sender))
        }
    }

    // MARK: Small tools of every part

    mutating func emit(_ directive: Directive) {
        directives.append(directive)
        longestBurst = max(longestBurst, directives.count)
    }

    mutating func notice(_ notice: Notice) {
        emit(.noticed(notice))
    }

    mutating func applyHealth(_ delta: Int) {
        guard configuration.lifeguard.contains(.probe) else { return }
        if health.apply(delta) { emit(.healthChanged(health.value)) }
    }

    mutating func nextSequence() -> UInt32 {
        sequence &+= 1
        return sequence
    }
}
