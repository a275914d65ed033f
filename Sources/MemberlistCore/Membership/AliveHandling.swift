import MemberlistWire

/// An alive that waits for the application's word.
struct PendingAlive: Sendable {
    let alive: Alive
    let endpoint: Endpoint
    /// The merge that goes on once it is decided.
    let merge: DecisionID?
}

/// Alives: who lives where, as of which incarnation (memberlist's `aliveNode`).
extension GossipProtocol {
    /// Hears an alive. Returns false where the application must be asked first; then the merge it came from
    /// waits with it.
    @discardableResult
    mutating func receive(_ alive: Alive, merge: DecisionID?, at now: Instant) -> Bool {
        let isSelf = alive.node == configuration.name
        if isSelf && isLeaving {
            // Elsewhere it is another process, which may well have the name of one that left.
            if self.endpoint(of: alive) == table[selfID].endpoint { sayFarewellAgain(alive.incarnation) }
            return true
        }
        guard let endpoint = endpoint(of: alive) else {
            notice(.malformedAlive)
            return true
        }
        let known = table.find(alive.node)
        guard isPlausible(alive.incarnation, about: known) else {
            notice(.implausibleIncarnation(alive.node.owned()))
            return true
        }
        if let known, !isSelf, alive.incarnation <= table[known].incarnation,
            table[known].endpoint == endpoint
        {
            learnCapabilities(alive, of: known)
            return true
        }
        // Those that are known passed here before.
        guard isSelf || configuration.allows(endpoint.address) else {
            notice(.addressRefused(alive.node.owned(), endpoint.address))
            return true
        }
        // Most alives are repeated: only one that says something is worth a copy.
        var alive = alive
        alive.port = endpoint.port
        guard configuration.asksAlive else {
            apply(alive, endpoint: endpoint, at: now)
            return true
        }
        return ask(alive, endpoint: endpoint, isSelf: isSelf, merge: merge, at: now)
    }

    /// Nodes that say no port, and all nodes of protocol version 1, listen on this node's own.
    func statedPort(_ port: UInt16) -> UInt16 {
        port == 0 || configuration.versions.current < 2 ? configuration.endpoint.port : port
    }

    private mutating func ask(
        _ alive: Alive,
        endpoint: Endpoint,
        isSelf: Bool,
        merge: DecisionID?,
        at now: Instant
    ) -> Bool {
        guard ProtocolVersions(alive.versions) != nil else {
            notice(.malformedAlive)
            return true
        }
        if isSelf {
            apply(alive, endpoint: endpoint, at: now)
            return true
        }
        guard alives.count < Limits.pendingAlives else {
            notice(.overloaded)
            return true
        }
        let kept = alive.owned()
        let id = alives.add(PendingAlive(alive: kept, endpoint: endpoint, merge: merge))
        emit(.decideAlive(id, member(kept, at: endpoint)))
        return false
    }

    mutating func decideAlive(_ id: DecisionID, allowed: Bool, at now: Instant) {
        guard let pending = alives.remove(id) else { return }
        if allowed {
            isLesson = pending.merge.flatMap { merges.state($0) }?.isLesson ?? false
            apply(pending.alive, endpoint: pending.endpoint, at: now)
            isLesson = false
        } else {
            notice(.aliveRefused(pending.alive.node))
        }
        if let merge = pending.merge { continueMerge(merge, at: now) }
    }

    /// HashiCorp's push/pull cuts versions to six bytes. Where that told of an incarnation first, the alive
    /// that still has its capabilities adds them.
    private mutating func learnCapabilities(_ alive: Alive, of id: RowID) {
        guard alive.versions.count > table[id].identity.wireVersionCount else { return }
        let row = table[id]
        guard alive.incarnation == row.incarnation, !row.isDeadOrLeft,
            ProtocolVersions(alive.versions) == row.versions
        else { return }
        var learned = row.identity.alive(incarnation: row.incarnation)
        learned.versions = alive.versions
        table.setIdentity(identity(of: learned, at: row.endpoint), of: id)
        emit(.memberChanged(table[id].member, .refreshed))
    }

    /// The endpoint of an alive that a node can have sent; nil for any other.
    @inline(__always)
    func endpoint(of alive: Alive) -> Endpoint? {
        guard !alive.node.isEmpty, alive.node.bytes.count <= configuration.nameLimit,
            alive.meta.count <= configuration.metaLimit,
            let address = IPAddress(bytes: alive.address.bytes)
        else { return nil }
        if alive.versions.count >= 3 {
            let first = alive.versions.bytes.startIndex
            let (minimum, maximum) = (alive.versions.bytes[first], alive.versions.bytes[first + 1])
            guard minimum > 0, maximum > 0, minimum <= maximum else { return nil }
        }
        // What could not be passed on in a datagram is not let in.
        let size =
            alive.node.bytes.count + alive.meta.count + alive.versions.count + Limits.aliveOverhead
        guard size <= configuration.broadcastLimit else { return nil }
        return Endpoint(address: address, port: statedPort(alive.port))
    }

    /// We differ from HashiCorp, whose counter wraps: a number that nobody can have reached is a fault or a
    /// forgery, and a node that took it could never be refuted again.
    func isPlausible(_ incarnation: UInt32, about known: RowID?) -> Bool {
        // Above what is said of this node there must be one left to refute it with.
        let bound = known == selfID ? Limits.incarnation - 1 : Limits.incarnation
        guard incarnation < bound else { return false }
        guard let known else { return true }
        return incarnation <= table[known].incarnation &+ Limits.incarnationStep
    }

    /// - Parameter isHeardOut: Whether the address that the name had before was asked.
    mutating func apply(_ alive: Alive, endpoint: Endpoint, isHeardOut: Bool = false, at now: Instant) {
        let isSelf = alive.node == configuration.name
        if isSelf && isLeaving { return }
        var movesNode = false
        var isNew = false
        let id: RowID
        if let known = table.find(alive.node) {
            id = known
            if table[id].endpoint != endpoint {
                guard mayMove(id, at: now) else {
                    reportConflict(id, alive: alive, endpoint: endpoint)
                    return
                }
                if !isHeardOut && doubts(alive, at: endpoint, about: id, at: now) { return }
                movesNode = true
            }
        } else {
            guard makeRoom(for: alive.incarnation) else {
                notice(.tableFull(member(alive, at: endpoint)))
                return
            }
            // A row from the start of time: nothing holds it until its incarnation counts.
            id = table.add(
                identity(of: alive, at: endpoint),
                stateChange: Instant(nanoseconds: .min / 2)
            )
            isNew = true
        }
        let incarnation = table[id].incarnation
        if isSelf {
            if alive.incarnation >= incarnation { hearOfSelf(alive, at: now) }
        } else if alive.incarnation > incarnation || movesNode {
            accept(alive, endpoint: endpoint, for: id, at: now)
        } else if isNew {
            scheduleReap(id, at: now)
        }
    }

    /// What the sender of an alive says of itself: one array for all who heard the same, where a pool is
    /// configured.
    func identity(of alive: Alive, at endpoint: Endpoint) -> MemberIdentity {
        configuration.identityPool?.identity(of: alive, at: endpoint) ?? MemberIdentity(alive, at: endpoint)
    }

    private func mayMove(_ id: RowID, at now: Instant) -> Bool {
        let row = table[id]
        switch row.state {
        case .left:
            return true
        case .dead:
            guard let reclaim = configuration.deadNodeReclaim else { return false }
            return now.nanoseconds(since: row.stateChange) > reclaim
        case .alive, .suspect:
            return false
        }
    }

    private mutating func reportConflict(_ id: RowID, alive: Alive, endpoint: Endpoint) {
        emit(.conflict(existing: table[id].member, claimed: member(alive, at: endpoint)))
    }

    private func member(_ alive: Alive, at endpoint: Endpoint) -> Member {
        Member(MemberIdentity(alive, at: endpoint), state: .alive, incarnation: alive.incarnation)
    }

    /// An alive about this node itself is right only where it says what this node says. The capabilities are
    /// left out of it: HashiCorp's push/pull cuts them off, and that is no lie.
    private mutating func hearOfSelf(_ alive: Alive, at now: Instant) {
        let row = table[selfID]
        let saysTheSame =
            alive.incarnation == row.incarnation && alive.meta == row.meta
            && ProtocolVersions(alive.versions) == row.versions
        guard saysTheSame else { return refute(alive.incarnation, at: now) }
        guard let news = ownNews, news.incarnation <= alive.incarnation else { return }
        ownNews = nil
        emit(.newsReturned(nanoseconds: now.nanoseconds(since: news.queued)))
    }

    private mutating func accept(_ alive: Alive, endpoint: Endpoint, for id: RowID, at now: Instant) {
        let old = table[id]
        let sameMeta = old.meta == alive.meta
        queueAndKeep(alive, endpoint: endpoint, for: id)
        table[id].incarnation = alive.incarnation
        if old.state == .suspect { table.setSuspicion(nil, of: id) }
        if old.state != .alive {
            table[id].state = .alive
            table[id].wasAlive = true
            table[id].stateChange = now
            table[id].timerToken &+= 1
            table.move(id, to: .alive)
            table.enterProbeOrder(id)
        }
        if old.isDeadOrLeft { recall(id) }
        let change: MemberChange
        switch old.state {
        case .dead, .left: change = .joined
        case _ where !sameMeta: change = .updated
        case .suspect: change = .recovered
        case .alive: change = .refreshed
        }
        emit(.memberChanged(table[id].member, change))
    }

    /// Passes an alive on as it came, and keeps what it says. One without versions says nothing of them.
    private mutating func queueAndKeep(_ alive: Alive, endpoint: Endpoint, for id: RowID) {
        let old = table[id].identity
        let isWhole = ProtocolVersions(alive.versions) != nil
        var said = alive
        if !isWhole { said.versions = old.wireVersions }
        let identity = old.isSaid(by: said) ? old : identity(of: said, at: endpoint)
        if isLesson && isWhole {
            // Whoever could be told told this node.
        } else if isWhole {
            queueAlive(identity, incarnation: alive.incarnation)
        } else {
            queueBroadcast(.alive(alive), about: identity.name)
        }
        table.setIdentity(identity, of: id)
    }

    /// Contradicts what was said of this node, with an incarnation above the accusation's (SWIM, section 4.2).
    mutating func refute(_ accused: UInt32, at now: Instant) {
        let incarnation = max(table[selfID].incarnation, accused) + 1
        table[selfID].incarnation = incarnation
        applyHealth(1)
        queueAlive(table[selfID].identity, incarnation: incarnation)
        ownNewsQueued(at: now)
        notice(.refuted(incarnation: incarnation))
        emit(.memberChanged(table[selfID].member, .refreshed))
    }

    mutating func changeMeta(_ meta: [UInt8], at now: Instant) {
        guard !isLeaving, meta.count <= configuration.metaLimit else { return }
        var alive = table[selfID].identity.alive(incarnation: table[selfID].incarnation + 1)
        alive.meta = meta.isEmpty ? .null : WireBytes(meta)
        table.setIdentity(identity(of: alive, at: table[selfID].endpoint), of: selfID)
        table[selfID].incarnation = alive.incarnation
        queueAlive(table[selfID].identity, incarnation: alive.incarnation)
        ownNewsQueued(at: now)
        emit(.memberChanged(table[selfID].member, .updated))
    }

    /// Where nobody is there to hear it, how long it takes to come back says nothing.
    private mutating func ownNewsQueued(at now: Instant) {
        ownNews = table.groupCount(.alive) > 0 ? (table[selfID].incarnation, now) : nil
    }
}
