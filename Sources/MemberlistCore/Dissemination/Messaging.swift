import MemberlistWire

/// The application's messages: broadcasts, which wait in a queue of their own, and datagrams to one member.
extension GossipProtocol {
    /// Queues a broadcast; those go that wait under its name, or under one that it says it makes void.
    ///
    /// Where the queue is full, one that was sent before goes; where none was, the new one is refused: what was
    /// taken is sent at least once.
    mutating func queueUserBroadcast(
        _ payload: [UInt8],
        name: NodeName?,
        invalidates: [NodeName],
        request: RequestID
    ) {
        var message: [UInt8] = []
        Message.user(payload[...]).encode(into: &message)
        guard message.count <= configuration.broadcastLimit else {
            emit(.broadcastFinished(request, .tooLarge))
            return
        }
        // Each once, and in an order that no hash decides.
        let voided = Set(invalidates + (name.map { [$0] } ?? [])).sorted()
        while !userBroadcasts.hasRoom(for: message.count, freed: userBroadcasts.held(under: voided)) {
            guard userBroadcasts.drop(ifSent: true) else {
                emit(.broadcastFinished(request, .queueFull))
                return
            }
        }
        for other in voided { userBroadcasts.remove(named: other) }
        userBroadcasts.queue(message, name: name, request: request)
    }

    mutating func cancelUserBroadcast(_ request: RequestID) {
        _ = userBroadcasts.cancel(request)
    }

    /// Sends bytes in one datagram: to a member by its name, or to an address, where any member may listen.
    mutating func sendUserMessage(_ payload: [UInt8], to endpoint: Endpoint, receiver: Receiver) {
        guard payload.count < configuration.payloadLimit(for: receiver) else {
            notice(.overloaded)
            return
        }
        appendPart { (writer) throws(WireError) in try writer.append(.user(payload[...])) }
        emitDatagram(to: endpoint, receiver: receiver)
    }

    mutating func sendUserMessage(_ payload: [UInt8], to name: NodeName) {
        guard let id = table.find(name) else { return }
        sendUserMessage(payload, to: table[id].endpoint, receiver: receiver(id))
    }

    /// Tells how broadcasts ended in this step, and what was dropped.
    mutating func reportFinishedBroadcasts(at now: Instant) {
        while let (request, _) = broadcasts.nextFinished() {
            guard request == farewell.request else { continue }
            farewellSent(at: now)
        }
        while let (request, how) = userBroadcasts.nextFinished() {
            let outcome: BroadcastOutcome =
                switch how {
                case .transmitted: .transmitted
                case .replaced: .replaced
                case .dropped: .dropped
                case .cancelled: .cancelled
                }
            emit(.broadcastFinished(request, outcome))
        }
        let dropped = (membership: broadcasts.dropped, user: userBroadcasts.dropped)
        guard dropped != droppedBroadcasts else { return }
        notice(
            .broadcastsDropped(
                membership: dropped.membership - droppedBroadcasts.membership,
                user: dropped.user - droppedBroadcasts.user
            )
        )
        droppedBroadcasts = dropped
    }
}
