import MemberlistWire

/// Pings, acks and nacks that arrive.
extension GossipProtocol {
    mutating func answer(_ ping: Ping, from sender: Endpoint) {
        guard ping.node.isEmpty || ping.node == configuration.name else {
            notice(.misdirectedPing(ping.node.owned()))
            return
        }
        let (endpoint, receiver) = replyPath(
            address: ping.sourceAddress,
            port: ping.sourcePort,
            name: ping.sourceNode,
            sender: sender
        )
        send(.ack(Ack(sequence: ping.sequence, payload: ackPayload)), to: endpoint, receiver: receiver)
    }

    /// What does not fit a datagram is not taken: the caller checks before.
    mutating func changeAckPayload(_ payload: [UInt8]) {
        guard payload.count <= configuration.ackPayloadLimit else { return }
        ackPayload = payload.isEmpty ? .null : WireBytes(payload)
    }

    /// Pings the target for another node, and passes the answer on.
    mutating func relay(_ request: IndirectPing, from sender: Endpoint, at now: Instant) {
        guard request.node.bytes.count <= configuration.nameLimit,
            let address = IPAddress(bytes: request.target.bytes)
        else {
            notice(.malformedMessage)
            return
        }
        guard relays.count < Limits.relays else {
            notice(.overloaded)
            return
        }
        let target = Endpoint(address: address, port: statedPort(request.port))
        let (origin, receiver) = replyPath(
            address: request.sourceAddress,
            port: request.sourcePort,
            name: request.sourceNode,
            sender: sender
        )
        let me = table[selfID]
        let ping = Ping(
            sequence: nextSequence(),
            node: request.node,
            sourceAddress: me.address,
            sourcePort: me.endpoint.port,
            sourceNode: me.name
        )
        relays[ping.sequence] = Relay(
            sequence: request.sequence,
            origin: origin,
            receiver: receiver,
            wantsNack: request.wantsNack
        )
        let wait = request.wantsNack ? nackDelay : configuration.probeTimeout
        timers.schedule(.relayTimeout(sequence: ping.sequence), at: now.advanced(byNanoseconds: wait))
        send(.ping(ping), to: target, receiver: self.receiver(named: request.node))
    }

    /// When a silent target is reported: at four fifths of the time for an answer (Lifeguard, section IV-A). We
    /// differ from HashiCorp, which waits for all of it: at its default settings that is when the asking node
    /// has just stopped listening.
    private var nackDelay: Int64 { configuration.probeTimeout / 5 * 4 }

    mutating func relayTimedOut(_ sequence: UInt32, at now: Instant) {
        guard let relay = relays[sequence] else { return }
        guard relay.wantsNack else {
            relays[sequence] = nil
            return
        }
        // The answer may still come, and is passed on then.
        relays[sequence]?.wantsNack = false
        timers.schedule(
            .relayTimeout(sequence: sequence),
            at: now.advanced(byNanoseconds: configuration.probeTimeout - nackDelay)
        )
        send(.nack(Nack(sequence: relay.sequence)), to: relay.origin, receiver: relay.receiver)
    }

    mutating func receive(_ ack: Ack, from sender: Endpoint, at now: Instant) {
        if let relay = relays.removeValue(forKey: ack.sequence) {
            // A forwarded ack carries no payload: it would speak of another path.
            send(
                .ack(Ack(sequence: relay.sequence, payload: .null)),
                to: relay.origin,
                receiver: relay.receiver
            )
            return
        }
        if answerClaim(ack.sequence) || answerFarewell(ack.sequence) { return }
        guard let probe = probes[ack.sequence] else { return }
        let roundTrip = now.nanoseconds(since: probe.sent)
        guard case .round(let id) = probe.purpose else {
            finishPing(ack.sequence, roundTrip: roundTrip)
            return
        }
        probes[ack.sequence] = nil
        // Before the time for a direct answer was over no helper had been asked.
        let isDirect = roundTrip <= configuration.probeTimeout || sender == probe.endpoint
        report(probe, isDirect ? .direct : .indirect, at: now)
        applyHealth(-1)
        if roundTrip <= configuration.probeTimeout, table.isCurrent(id) {
            emit(
                .probeAnswered(
                    table[id].member,
                    roundTrip: roundTrip,
                    payload: Array(ack.payload.bytes)
                )
            )
        }
    }

    mutating func receive(_ nack: Nack, from sender: Endpoint, at now: Instant) {
        guard let probe = probes[nack.sequence], probe.nacks < probe.expectedNacks else { return }
        probes[nack.sequence]?.nacks += 1
        // One whose address is rewritten on the way counts, and is nobody's in the evidence.
        guard let index = probe.helpers.firstIndex(where: { $0.endpoint == sender && $0.nack == nil }) else {
            return
        }
        probes[nack.sequence]?.helpers[index].nack = now
    }

    mutating func streamPingFinished(_ sequence: UInt32, answered: Bool, at now: Instant) {
        if answered {
            probes[sequence]?.streamAnswered = true
        } else {
            probes[sequence]?.stream?.failed = now
        }
    }

    /// Where an answer goes: where the message says, else where it came from.
    ///
    /// We differ from HashiCorp, which obeys any address: one that is neither the sender's nor a known
    /// member's would make this node send to whomever a stranger names.
    private func replyPath(
        address: WireBytes,
        port: UInt16,
        name: NodeName,
        sender: Endpoint
    ) -> (Endpoint, Receiver) {
        let receiver = receiver(named: name)
        guard port != 0, let address = IPAddress(bytes: address.bytes) else { return (sender, receiver) }
        let said = Endpoint(address: address, port: port)
        let isTrusted = address == sender.address || table.knows(said)
        return (isTrusted ? said : sender, receiver)
    }
}
