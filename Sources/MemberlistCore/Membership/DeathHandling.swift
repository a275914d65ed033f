import MemberlistWire

/// Suspicions and deaths (memberlist's `suspectNode` and `deadNode`), and leaving.
extension GossipProtocol {
    /// - Parameters:
    ///   - cause: What it was that said so; nil: the member that the message names.
    ///   - probe: This node's own probe that failed.
    mutating func receive(
        _ suspect: Suspect,
        cause: FailureEvidence.Cause? = nil,
        probe: FailedProbe? = nil,
        at now: Instant
    ) {
        guard let id = table.find(suspect.node), suspect.incarnation >= table[id].incarnation,
            isCredible(suspect.incarnation, about: id, from: suspect.from)
        else { return }
        if table[id].state == .suspect {
            if let probe { table.noteProbe(probe, of: id) }
            confirm(suspect, about: id, at: now)
            return
        }
        guard table[id].state == .alive else { return }
        if id == selfID {
            if !isLeaving { refute(suspect.incarnation, at: now) }
            return
        }
        queueBroadcast(.suspect(suspect), about: table[id].name)
        table[id].incarnation = suspect.incarnation
        table[id].state = .suspect
        table[id].stateChange = now
        table.move(id, to: .suspect)
        let evidence = FailureEvidence(
            cause: cause ?? .member(suspect.from.owned()),
            incarnation: suspect.incarnation,
            probe: probe
        )
        startSuspicion(of: id, from: suspect.from, evidence, at: now)
        emit(.memberChanged(table[id].member, .suspected, .evidence(evidence)))
    }

    /// Whether a node can have said this of another, in words that fit a datagram when they are passed on.
    private mutating func isCredible(_ incarnation: UInt32, about id: RowID, from accuser: NodeName) -> Bool {
        guard accuser.bytes.count <= configuration.nameLimit else {
            notice(.malformedMessage)
            return false
        }
        guard isPlausible(incarnation, about: id) else {
            notice(.implausibleIncarnation(table[id].name))
            return false
        }
        return true
    }

    private mutating func startSuspicion(
        of id: RowID,
        from accuser: NodeName,
        _ evidence: FailureEvidence,
        at now: Instant
    ) {
        let members = table.count
        var expected = configuration.suspicionMultiplier - 2
        // This node and the suspect cannot confirm.
        if members - 2 < expected || !configuration.lifeguard.contains(.suspicion) { expected = 0 }
        let minimum = Formulas.suspicionTimeout(
            multiplier: configuration.suspicionMultiplier,
            members: members,
            interval: configuration.probeInterval
        )
        let maximum = Int64(clamping: Int128(minimum) * Int128(configuration.suspicionMaximumMultiplier))
        let suspicion = Suspicion(
            from: accuser,
            cause: evidence.cause,
            probe: evidence.probe,
            expected: max(expected, 0),
            minimum: minimum,
            maximum: maximum,
            at: now
        )
        table.setSuspicion(suspicion, of: id)
        scheduleSuspicion(id)
    }

    private mutating func confirm(_ suspect: Suspect, about id: RowID, at now: Instant) {
        guard table.confirmSuspicion(of: id, from: suspect.from, at: now) else { return }
        queueBroadcast(.suspect(suspect), about: table[id].name)
        scheduleSuspicion(id)
    }

    private mutating func scheduleSuspicion(_ id: RowID) {
        guard let deadline = table.suspicion(of: id)?.deadline else { return }
        table[id].timerToken &+= 1
        timers.schedule(.suspicion(id, token: table[id].timerToken), at: deadline)
    }

    /// Whether that timer is the one of a suspicion that stands.
    func isSuspected(_ id: RowID, token: UInt32) -> Bool {
        table.isCurrent(id) && table[id].timerToken == token && table[id].state == .suspect
    }

    /// The suspect had its time. Where this node stood still meanwhile, so may its ears have: it listens for
    /// one more probe interval before it declares anybody dead.
    mutating func endSuspicion(_ id: RowID, token: UInt32, late: Int64, at now: Instant) {
        guard isSuspected(id, token: token) else { return }
        if late > configuration.probeInterval {
            table[id].timerToken &+= 1
            timers.schedule(
                .suspicion(id, token: table[id].timerToken),
                at: now.advanced(byNanoseconds: configuration.probeInterval)
            )
            notice(.stalled(nanoseconds: late))
            return
        }
        if let suspicion = table.suspicion(of: id), suspicion.confirmations < suspicion.expected {
            notice(.unconfirmedFailure(table[id].name))
        }
        receive(
            Dead(incarnation: table[id].incarnation, node: table[id].name, from: configuration.name),
            cause: .timeout,
            at: now
        )
    }

    /// - Parameter cause: What it was that said so; nil: the member that the message names.
    mutating func receive(_ dead: Dead, cause: FailureEvidence.Cause? = nil, at now: Instant) {
        guard let id = table.find(dead.node), dead.incarnation >= table[id].incarnation,
            isCredible(dead.incarnation, about: id, from: dead.from)
        else { return }
        let suspicion = table[id].state == .suspect ? table.suspicion(of: id) : nil
        if suspicion != nil { table.setSuspicion(nil, of: id) }
        if table[id].isDeadOrLeft {
            // We differ from HashiCorp, which forgets this: an alive between the two would raise the dead.
            table[id].incarnation = dead.incarnation
            if dead.node == dead.from, id != selfID { release(id, at: now) }
            return
        }
        if id == selfID {
            if !isLeaving { refute(dead.incarnation, at: now) }
            return
        }
        queueBroadcast(.dead(dead), about: table[id].name)
        guard dead.node != dead.from else {
            bury(id, incarnation: dead.incarnation, .none, at: now)
            return
        }
        let evidence = FailureEvidence(
            cause: cause ?? .member(dead.from.owned()),
            incarnation: dead.incarnation,
            probe: suspicion?.probe,
            suspicion: suspicion?.past(at: now)
        )
        bury(id, incarnation: dead.incarnation, .evidence(evidence), at: now)
    }

    /// Takes a member for failed, on those grounds, or for gone on its own word, where there are none.
    private mutating func bury(_ id: RowID, incarnation: UInt32, _ grounds: Grounds, at now: Instant) {
        let left = grounds == .none
        table[id].incarnation = incarnation
        table[id].state = left ? .left : .dead
        table[id].stateChange = now
        table.leaveProbeOrder(id)
        table.move(id, to: left ? .none : .recentlyDead)
        scheduleReap(id, at: now)
        if left { release(id, at: now) } else { remember(id, at: now) }
        emit(.memberChanged(table[id].member, left ? .left : .failed, grounds))
    }
}
