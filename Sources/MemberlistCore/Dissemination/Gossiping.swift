package import MemberlistWire

/// Rounds of gossip, and what travels along with other messages (SWIM, section 4.1; memberlist's `gossip`).
extension GossipProtocol {
    mutating func gossip(at now: Instant) {
        timers.schedule(.gossipRound, at: now.advanced(byNanoseconds: configuration.gossipInterval))
        gossipOnce(at: now)
    }

    /// One round: to some members, alive, suspect, or dead for so short that they may not be.
    mutating func gossipOnce(at now: Instant) {
        guard userBroadcasts.isEmpty else {
            gossipInTurn()
            return
        }
        // A mass join or restart brings more news than a round carries. Each message is sent as often as ever,
        // but sooner: the round tells more members, until it has sent as many messages as there are.
        let waiting = broadcasts.count
        drawnInRound = 0
        for _ in 0..<Self.burst where drawnInRound < waiting { gossipAtRandom() }
    }

    /// How many times the configured members a round tells at most.
    private static let burst = 4

    private mutating func gossipAtRandom() {
        let alive = table.groupCount(.alive)
        let suspect = table.groupCount(.suspect)
        chosen.removeAll(keepingCapacity: true)
        random.sample(
            configuration.gossipNodes,
            below: alive + suspect + table.groupCount(.recentlyDead),
            into: &chosen
        )
        for choice in chosen {
            guard sendGossip(to: gossipTarget(choice, alive: alive, suspect: suspect)) else { return }
        }
    }

    /// A round while the application has something to say: to the members in turn, not at random. Nobody passes
    /// an application's message on, so only a full turn lets all of them hear it.
    private mutating func gossipInTurn() {
        let alive = table.groupCount(.alive)
        let suspect = table.groupCount(.suspect)
        let listeners = alive + suspect
        for _ in 0..<min(configuration.gossipNodes, listeners) {
            turn = (turn + 1) % listeners
            guard sendGossip(to: gossipTarget(turn, alive: alive, suspect: suspect), user: true) else {
                break
            }
        }
        let dead = table.groupCount(.recentlyDead)
        if dead > 0 { _ = sendGossip(to: table.member(random.below(dead), of: .recentlyDead)) }
    }

    private func gossipTarget(_ choice: Int, alive: Int, suspect: Int) -> RowID {
        if choice < alive { return table.member(choice, of: .alive) }
        if choice < alive + suspect { return table.member(choice - alive, of: .suspect) }
        return table.member(choice - alive - suspect, of: .recentlyDead)
    }

    /// Each receiver draws from the queues anew. Returns false where they had nothing.
    private mutating func sendGossip(to id: RowID, user: Bool = false) -> Bool {
        let receiver = receiver(id)
        appendBroadcasts(user: user, limit: configuration.payloadLimit(for: receiver))
        guard !writer.isEmpty else { return false }
        emitDatagram(to: table[id].endpoint, receiver: receiver)
        return true
    }

    /// Adds what fits. Where both queues may be drawn they take turns in who draws first, so that neither
    /// starves the other.
    private mutating func appendBroadcasts(user: Bool, limit: Int) {
        let transmitLimit = Formulas.retransmitLimit(
            multiplier: configuration.retransmitMultiplier,
            members: table.count
        )
        guard user else {
            appendBroadcasts(ofUser: false, limit: limit, transmitLimit: transmitLimit)
            return
        }
        userBroadcastsFirst.toggle()
        // A farewell goes before all else: this node may be gone when the next datagram is due.
        let drawsUserFirst = userBroadcastsFirst && leaveBroadcast == nil
        let everyListener = max(transmitLimit, table.groupCount(.alive) + table.groupCount(.suspect))
        if drawsUserFirst { appendBroadcasts(ofUser: true, limit: limit, transmitLimit: everyListener) }
        appendBroadcasts(ofUser: false, limit: limit, transmitLimit: transmitLimit)
        if !drawsUserFirst { appendBroadcasts(ofUser: true, limit: limit, transmitLimit: everyListener) }
    }

    private mutating func appendBroadcasts(ofUser: Bool, limit: Int, transmitLimit: Int) {
        let spent =
            writer.isEmpty
            ? CompoundWriter.headerCount
            : writer.encodedCount(adding: 0) - CompoundWriter.partOverhead
        let free = limit - spent
        let parts = Limits.compoundParts - writer.partCount
        if ofUser {
            userBroadcasts.draw(
                overhead: CompoundWriter.partOverhead,
                limit: free,
                transmitLimit: transmitLimit,
                maximum: parts,
                into: &drawn
            )
        } else {
            broadcasts.draw(
                overhead: CompoundWriter.partOverhead,
                limit: free,
                transmitLimit: transmitLimit,
                maximum: parts,
                into: &drawn
            )
        }
        if !ofUser { drawnInRound += drawn.count }
        // The farewell is drawn before all else.
        if leaveBroadcast != nil, !ofUser, drawn.first == farewell { carriesFarewell = true }
        for part in drawn { appendPart { (writer) throws(WireError) in try writer.append(part) } }
        drawn.removeAll(keepingCapacity: true)
    }

    /// What the layers must know of a member.
    func receiver(_ id: RowID) -> Receiver {
        let identity = table[id].identity
        return Receiver(
            name: identity.name,
            takesChecksum: identity.versions.maximum >= 5,
            capabilities: identity.capabilities.intersection(configuration.usableCapabilities)
        )
    }

    /// The same of whoever has that name; ``Receiver/unknown`` where nobody has.
    package func receiver(named name: NodeName) -> Receiver {
        table.find(name).map { receiver($0) } ?? .unknown
    }

    /// Whether a member is said to be there.
    package func knows(_ endpoint: Endpoint) -> Bool { table.knows(endpoint) }

    /// Sends a message, and as much news of members as fits beside it.
    mutating func send(_ message: Message, to endpoint: Endpoint, receiver: Receiver) {
        appendPart { (writer) throws(WireError) in try writer.append(message) }
        appendBroadcasts(user: false, limit: configuration.payloadLimit(for: receiver))
        emitDatagram(to: endpoint, receiver: receiver)
    }

    /// Sends two messages and nothing else: together, or each on its own where long names leave no room.
    mutating func send(
        _ first: Message,
        with second: Message,
        to endpoint: Endpoint,
        receiver: Receiver
    ) {
        var encoded = payloads.take()
        second.encode(into: &encoded)
        appendPart { (writer) throws(WireError) in try writer.append(first) }
        if !writer.fits(encoded.count, budget: configuration.payloadLimit(for: receiver)) {
            emitDatagram(to: endpoint, receiver: receiver)
        }
        appendPart { (writer) throws(WireError) in try writer.append(encoded) }
        emitDatagram(to: endpoint, receiver: receiver)
        payloads.put(encoded)
    }

    /// No part is refused here: each was measured before.
    private mutating func appendPart(_ append: (inout CompoundWriter) throws(WireError) -> Void) {
        do { try append(&writer) } catch { notice(.overloaded) }
    }

    private mutating func emitDatagram(to endpoint: Endpoint, receiver: Receiver) {
        guard !writer.isEmpty else { return }
        var payload = payloads.take()
        writer.finish(into: &payload)
        if carriesFarewell {
            farewellTold.insert(endpoint)
            carriesFarewell = false
        }
        emit(.sendDatagram(Datagram(destination: endpoint, payload: payload, receiver: receiver)))
    }

    // MARK: Queueing

    /// Queues what all shall hear about a member; it replaces what was queued about it.
    mutating func queueBroadcast(
        _ message: Message,
        about name: NodeName,
        urgent: Bool = false,
        request: RequestID? = nil
    ) {
        var encoded = payloads.take()
        message.encode(into: &encoded)
        // No more room than it needs: it may wait for long, and among many.
        let payload =
            configuration.identityPool?.message(encoded) ?? encoded.withUnsafeBufferPointer { Array($0) }
        payloads.put(encoded)
        broadcasts.queue(payload, name: name, urgent: urgent, request: request)
    }

    /// The same, of what a member says of itself: where many cores hold its identity they queue one message.
    mutating func queueAlive(_ identity: MemberIdentity, incarnation: UInt32) {
        broadcasts.queue(identity.aliveMessage(incarnation: incarnation), name: identity.name)
    }

    mutating func queueUserBroadcast(_ payload: [UInt8], name: NodeName?, request: RequestID) {
        var message: [UInt8] = []
        Message.user(payload[...]).encode(into: &message)
        guard message.count <= configuration.broadcastLimit else {
            emit(.broadcastFinished(request, .tooLarge))
            return
        }
        guard userBroadcasts.count < Limits.userBroadcasts else {
            emit(.broadcastFinished(request, .queueFull))
            return
        }
        userBroadcasts.queue(message, name: name, request: request)
    }

    mutating func sendUserMessage(_ payload: [UInt8], to name: NodeName) {
        guard let id = table.find(name) else { return }
        let receiver = receiver(id)
        guard payload.count < configuration.payloadLimit(for: receiver) else {
            notice(.overloaded)
            return
        }
        appendPart { (writer) throws(WireError) in try writer.append(.user(payload[...])) }
        emitDatagram(to: table[id].endpoint, receiver: receiver)
    }

    mutating func reportFinishedBroadcasts() {
        while let (request, _) = broadcasts.nextFinished() {
            guard request == leaveBroadcast else { continue }
            finishLeave()
        }
        while let (request, how) = userBroadcasts.nextFinished() {
            emit(.broadcastFinished(request, how == .transmitted ? .transmitted : .replaced))
        }
    }
}
