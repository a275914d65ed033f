import MemberlistWire

/// Rounds of gossip, and what travels along with other messages (SWIM, section 4.1; memberlist's `gossip`).
extension GossipProtocol {
    mutating func gossip(at now: Instant) {
        timers.schedule(.gossipRound, at: now.advanced(byNanoseconds: configuration.gossipInterval))
        gossipOnce(at: now)
    }

    /// One round: to some members, alive, suspect, or dead for so short that they may not be.
    mutating func gossipOnce(at now: Instant) {
        guard !broadcasts.isEmpty || !userBroadcasts.isEmpty else { return }
        let alive = table.groupCount(.alive)
        let suspect = table.groupCount(.suspect)
        chosen.removeAll(keepingCapacity: true)
        random.sample(
            configuration.gossipNodes,
            below: alive + suspect + table.groupCount(.recentlyDead),
            into: &chosen
        )
        for choice in chosen {
            let id =
                if choice < alive {
                    table.member(choice, of: .alive)
                } else if choice < alive + suspect {
                    table.member(choice - alive, of: .suspect)
                } else {
                    table.member(choice - alive - suspect, of: .recentlyDead)
                }
            guard sendGossip(to: id) else { return }
        }
    }

    /// Each receiver draws from the queues anew. Returns false where they had nothing.
    private mutating func sendGossip(to id: RowID) -> Bool {
        let checksum = table[id].versions.maximum >= 5
        let limit = checksum ? configuration.checksummedPayloadLimit : configuration.payloadLimit
        appendBroadcasts(limit: limit)
        guard !writer.isEmpty else { return false }
        emitDatagram(to: table[id].endpoint, checksum: checksum)
        return true
    }

    /// Adds what fits a payload of that size. The two queues take turns in who draws first, so that neither
    /// starves the other.
    private mutating func appendBroadcasts(limit: Int) {
        let transmitLimit = Formulas.retransmitLimit(
            multiplier: configuration.retransmitMultiplier,
            members: table.count
        )
        userBroadcastsFirst.toggle()
        // A farewell goes before all else: this node may be gone when the next datagram is due.
        let drawsUserFirst = userBroadcastsFirst && leaveBroadcast == nil
        appendBroadcasts(ofUser: drawsUserFirst, limit: limit, transmitLimit: transmitLimit)
        appendBroadcasts(ofUser: !drawsUserFirst, limit: limit, transmitLimit: transmitLimit)
    }

    private mutating func appendBroadcasts(ofUser: Bool, limit: Int, transmitLimit: Int) {
        let spent =
            writer.isEmpty
            ? CompoundWriter.headerCount
            : writer.encodedCount(adding: 0) - CompoundWriter.partOverhead
        let free = limit - spent
        let parts = WireLimits.compoundParts - writer.partCount
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
        for part in drawn { appendPart { (writer) throws(WireError) in try writer.append(part) } }
        drawn.removeAll(keepingCapacity: true)
    }

    /// Sends a message, and as much gossip as fits beside it.
    mutating func send(_ message: Message, to endpoint: Endpoint, versions: ProtocolVersions?) {
        appendPart { (writer) throws(WireError) in try writer.append(message) }
        let checksum = (versions?.maximum ?? 0) >= 5
        appendBroadcasts(
            limit: checksum ? configuration.checksummedPayloadLimit : configuration.payloadLimit
        )
        emitDatagram(to: endpoint, checksum: checksum)
    }

    /// Sends two messages and nothing else: together, or each on its own where long names leave no room.
    mutating func send(
        _ first: Message,
        with second: Message,
        to endpoint: Endpoint,
        versions: ProtocolVersions?
    ) {
        let checksum = (versions?.maximum ?? 0) >= 5
        var encoded = payloads.take()
        second.encode(into: &encoded)
        appendPart { (writer) throws(WireError) in try writer.append(first) }
        if !writer.fits(
            encoded.count,
            budget: checksum ? configuration.checksummedPayloadLimit : configuration.payloadLimit
        ) {
            emitDatagram(to: endpoint, checksum: checksum)
        }
        appendPart { (writer) throws(WireError) in try writer.append(encoded) }
        emitDatagram(to: endpoint, checksum: checksum)
        payloads.put(encoded)
    }

    /// No part is refused here: each was measured before.
    private mutating func appendPart(_ append: (inout CompoundWriter) throws(WireError) -> Void) {
        do { try append(&writer) } catch { notice(.overloaded) }
    }

    private mutating func emitDatagram(to endpoint: Endpoint, checksum: Bool) {
        guard !writer.isEmpty else { return }
        var payload = payloads.take()
        writer.finish(into: &payload)
        emit(.sendDatagram(Datagram(destination: endpoint, payload: payload, checksum: checksum)))
    }

    // MARK: Queueing

    /// Queues what all shall hear about a member; it replaces what was queued about it.
    mutating func queueBroadcast(
        _ message: Message,
        about name: NodeName,
        urgent: Bool = false,
        request: RequestID? = nil
    ) {
        var payload: [UInt8] = []
        message.encode(into: &payload)
        broadcasts.queue(payload, name: name.owned(), urgent: urgent, request: request)
    }

    mutating func queueUserBroadcast(_ payload: [UInt8], name: NodeName?, request: RequestID) {
        var message: [UInt8] = []
        Message.user(payload[...]).encode(into: &message)
        guard message.count <= configuration.broadcastLimit else {
            emit(.broadcastFinished(request, .tooLarge))
            return
        }
        guard userBroadcasts.count < CoreLimits.userBroadcasts else {
            emit(.broadcastFinished(request, .queueFull))
            return
        }
        userBroadcasts.queue(message, name: name, request: request)
    }

    mutating func sendUserMessage(_ payload: [UInt8], to name: NodeName) {
        guard let id = table.find(name) else { return }
        let limit = min(configuration.payloadLimit, configuration.checksummedPayloadLimit)
        guard payload.count < limit else {
            notice(.overloaded)
            return
        }
        appendPart { (writer) throws(WireError) in try writer.append(.user(payload[...])) }
        emitDatagram(to: table[id].endpoint, checksum: table[id].versions.maximum >= 5)
    }

    mutating func reportFinishedBroadcasts() {
        while let (request, _) = broadcasts.nextFinished() {
            guard request == leaveBroadcast else { continue }
            leaveBroadcast = nil
            leaveWasHeard = true
            emit(.leaveFinished(heard: true))
        }
        while let (request, how) = userBroadcasts.nextFinished() {
            emit(.broadcastFinished(request, how == .transmitted ? .transmitted : .replaced))
        }
    }
}
