package import MemberlistWire

/// Rounds of gossip, and what travels along with other messages (SWIM, section 4.1; memberlist's `gossip`).
extension GossipProtocol {
    mutating func gossip(at now: Instant) {
        nextGossip = now.advanced(byNanoseconds: configuration.gossipInterval)
        isGossipPlanned = false
        gossipRounds &+= 1
        gossipOnce(at: now)
    }

    /// Sets the timer of the next round where there is something to say: a cluster at rest wakes for none. Rounds come
    /// at the moments at which they would come were none left out; one that is now is over.
    mutating func planGossip(at now: Instant) {
        guard !isGossipPlanned, let next = nextGossip, !(broadcasts.isEmpty && userBroadcasts.isEmpty) else {
            return
        }
        isGossipPlanned = true
        let late = now.nanoseconds(since: next)
        let interval = configuration.gossipInterval
        let missed = late < 0 ? 0 : late / interval + 1
        timers.schedule(.gossipRound, at: next.advanced(byNanoseconds: missed * interval))
    }

    /// One round: to some members, alive, suspect, or dead for so short that they may not be.
    mutating func gossipOnce(at now: Instant) {
        // A mass join or restart brings more news than a round carries. Each message is sent as often as ever,
        // but sooner: the round tells more members, until it has sent as many messages as there are.
        let waiting = broadcasts.count
        drawnInRound = 0
        if !userBroadcasts.isEmpty { gossipInTurn() } else if waiting > 0 { gossipAtRandom() }
        for _ in 1..<Self.burst where drawnInRound < waiting { gossipAtRandom() }
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
            let target = gossipTarget(choice, alive: alive, suspect: suspect)
            guard sendGossip(to: target) != nil else { return }
        }
    }

    /// A round while the application has something to say: to the members in turn, not at random. Nobody passes
    /// an application's message on, so only a full turn lets all of them hear it. Where the news of members are
    /// due more than what the application leaves, a datagram of theirs goes to anybody, and the turn waits.
    private mutating func gossipInTurn() {
        let alive = table.groupCount(.alive)
        let suspect = table.groupCount(.suspect)
        let listeners = alive + suspect
        for _ in 0..<min(configuration.gossipNodes, listeners) {
            if broadcasts.isEmpty { shares.reset() }
            if shares.isApplicationsTurn || farewell.request != nil {
                turn = (turn + 1) % listeners
                let target = gossipTarget(turn, alive: alive, suspect: suspect)
                guard sendGossip(to: target, user: true) != nil else { break }
            } else {
                let target = gossipTarget(random.below(listeners), alive: alive, suspect: suspect)
                guard let sent = sendGossip(to: target) else { break }
                shares.count(application: 0, membership: sent, limit: configuration.smallestPayloadLimit)
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

    /// Each receiver draws from the queues anew. Returns how many bytes of news it was told; nil where there were
    /// none to tell.
    private mutating func sendGossip(to id: RowID, user: Bool = false) -> Int? {
        let receiver = receiver(id)
        var limit = configuration.payloadLimit(for: receiver)
        let ping = farewellPing(to: table[id].name, limit: limit)
        if let ping { limit -= ping.bytes.count + CompoundWriter.partOverhead }
        let sent = user ? appendAllBroadcasts(limit: limit) : appendBroadcasts(ofUser: false, limit: limit)
        guard !writer.isEmpty else { return nil }
        if let ping { appendFarewellPing(ping, to: table[id].endpoint) }
        emitDatagram(to: table[id].endpoint, receiver: receiver)
        return sent
    }

    /// Adds what fits of both queues, the application's first. A farewell goes before all else: this node may be
    /// gone when the next datagram is due.
    private mutating func appendAllBroadcasts(limit: Int) -> Int {
        let contested = !broadcasts.isEmpty
        let farewell = farewell.request == nil ? 0 : appendBroadcasts(ofUser: false, limit: limit)
        let application = appendBroadcasts(ofUser: true, limit: limit)
        let membership = farewell + appendBroadcasts(ofUser: false, limit: limit)
        if contested { shares.count(application: application, membership: membership, limit: limit) }
        return application + membership
    }

    /// Adds what fits of one queue; returns how many bytes of messages that were.
    private mutating func appendBroadcasts(ofUser: Bool, limit: Int) -> Int {
        let transmitLimit = Formulas.retransmitLimit(
            multiplier: configuration.retransmitMultiplier,
            members: table.count
        )
        let spent =
            writer.isEmpty
            ? CompoundWriter.headerCount
            : writer.encodedCount(adding: 0) - CompoundWriter.partOverhead
        let parts = Limits.compoundParts - writer.partCount
        if ofUser {
            // All that was begun fits each member's datagram, or it would miss some.
            userBroadcasts.draw(
                overhead: CompoundWriter.partOverhead,
                limit: min(limit, configuration.smallestPayloadLimit) - spent,
                transmitLimit: max(transmitLimit, table.groupCount(.alive) + table.groupCount(.suspect)),
                maximum: parts,
                into: &drawn
            )
        } else {
            broadcasts.draw(
                overhead: CompoundWriter.partOverhead,
                limit: limit - spent,
                transmitLimit: transmitLimit,
                maximum: parts,
                into: &drawn
            )
            drawnInRound += drawn.count
        }
        var bytes = 0
        for part in drawn {
            bytes += part.count
            appendPart { (writer) throws(WireError) in try writer.append(part) }
        }
        // The farewell is drawn before all else.
        if farewell.request != nil, !ofUser, drawn.first == farewell.message { farewell.isCarried = true }
        drawn.removeAll(keepingCapacity: true)
        return bytes
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

    /// The same of the one live member that is said to be there; ``Receiver/unknown`` where none is, or several.
    package func receiver(at endpoint: Endpoint) -> Receiver {
        guard let id = table.find(endpoint), !table[id].isDeadOrLeft else { return .unknown }
        return receiver(id)
    }

    /// Whether a member is said to be there.
    package func knows(_ endpoint: Endpoint) -> Bool { table.knows(endpoint) }

    /// Sends a message, and as much news of members as fits beside it.
    mutating func send(_ message: Message, to endpoint: Endpoint, receiver: Receiver) {
        appendPart { (writer) throws(WireError) in try writer.append(message) }
        _ = appendBroadcasts(ofUser: false, limit: configuration.payloadLimit(for: receiver))
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
    mutating func appendPart(_ append: (inout CompoundWriter) throws(WireError) -> Void) {
        do { try append(&writer) } catch { notice(.overloaded) }
    }

    mutating func emitDatagram(to endpoint: Endpoint, receiver: Receiver) {
        guard !writer.isEmpty else { return }
        var payload = payloads.take()
        writer.finish(into: &payload)
        if farewell.isCarried {
            farewell.told.insert(endpoint)
            farewell.isCarried = false
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
        newsInBurst += 1
    }

    /// The same, of what a member says of itself: where many cores hold its identity they queue one message.
    mutating func queueAlive(_ identity: MemberIdentity, incarnation: UInt32) {
        let message =
            configuration.identityPool?.aliveMessage(of: identity, incarnation: incarnation)
            ?? identity.aliveMessage(incarnation: incarnation)
        broadcasts.queue(message, name: identity.name)
        newsInBurst += 1
    }
}
