internal import Memberlist
internal import MemberlistCore
internal import MemberlistWire

/// What each directive means in a simulated world.
extension World {
    func execute(_ directive: consuming Directive, _ host: Host, _ process: NodeProcess) {
        switch directive {
        case .sendDatagram(let datagram): send(datagram, host, process)
        case .pingOverStream(let sequence, let endpoint, let receiver, let deadline):
            openPing(sequence, to: endpoint, receiver, until: deadline, host, process)
        case .exchangeState(let id, let endpoint, let receiver, let state):
            openExchange(id, with: endpoint, receiver, state: state, host, process)
        case .answerState(let id, let state): answerExchange(id, state: state, host, process)
        case .refuseState(let id): refuseExchange(id, host)
        // Whoever runs a simulation knows its addresses: names are not looked up.
        case .seedsWanted: break
        case .exchangeFinished(let id, let outcome): exchangeFinished(id, outcome, host)

        case .decideAlive(let id, let member):
            ask(.allowAlive(id, member), host, process) { .aliveDecided(id, allowed: true) }
        case .decideMerge(let id, let members):
            ask(.allowMerge(id, members), host, process) { .mergeDecided(id, allowed: true) }

        case .memberChanged(let member, let change, let grounds):
            changed(member, change, grounds.evidence, host)
        case .conflict(let existing, let claimed):
            coverage.meet(.conflict)
            observe(.conflict(existing: existing, claimed: claimed), at: host.index)
            tell(.conflict(existing, claimed), host, process)
        case .deliver(let payload, let sender): deliver(Array(payload), from: sender, host, process)
        case .deliverState(let state, let join): tell(.mergeRemoteState(state, joining: join), host, process)

        case .probeAnswered(let member, let roundTrip, let payload):
            tell(.pingCompleted(member, .nanoseconds(roundTrip), payload), host, process)
        case .pingFinished, .probeFinished, .newsReturned: break
        case .broadcastFinished(let id, let outcome): broadcastFinished(id, outcome, host, process)
        case .leaveFinished(_, let heard, _): leaveFinished(heard: heard, host, process)
        case .healthChanged(let score):
            if score > 0 { coverage.meet(.unwell) }
            observe(.health(score), at: host.index)
        case .noticed(let notice): noticed(notice, host)
        }
    }

    private func send(_ datagram: consuming Datagram, _ host: Host, _ process: NodeProcess) {
        let payload = datagram.payload
        do throws(WireError) {
            try process.sealer.seal(payload, for: datagram.receiver, into: &process.sealed)
            if process.layers.sealing != nil {
                coverage.meet(process.layers.isNative(datagram.receiver) ? .spokenNatively : .spokenForAll)
            }
            if let sabotage = sabotage.datagram {
                process.sealed = sabotage(host.index, process.sealed, payload)
            }
            digest.add(2, at: now, node: host.index, process.sealed)
            if showsFrames {
                let shown = frame(process.sealed, peer: datagram.destination, plaintext: payload)
                observe(.sent(shown), at: host.index)
            }
            if process.activity == .blocked {
                process.outbox.append((process.sealed, datagram.destination))
            } else {
                transmit(process.sealed, from: host, to: datagram.destination)
                attacker.record(process.sealed, &random)
            }
        } catch {
            coverage.meet(.notSealed)
        }
        process.core.recycle(payload)
    }

    /// A user message, whichever way it came.
    func deliver(_ payload: [UInt8], from sender: Endpoint, _ host: Host, _ process: NodeProcess) {
        guard !payload.isEmpty else { return }
        let payload = sabotage.message?(host.index, payload) ?? payload
        coverage.meet(.messageDelivered)
        digest.add(3, at: now, node: host.index, payload)
        observe(.message(payload, from: sender), at: host.index)
        tell(.message(payload, sender), host, process)
    }

    private func broadcastFinished(
        _ id: RequestID,
        _ outcome: BroadcastOutcome,
        _ host: Host,
        _ process: NodeProcess
    ) {
        let payload = process.broadcasts.removeValue(forKey: id)
        switch outcome {
        case .transmitted:
            coverage.meet(.broadcastTransmitted)
            if let payload { tell(.broadcastEnded(payload, .transmitted), host, process) }
        case .replaced:
            if let payload { tell(.broadcastEnded(payload, .replaced), host, process) }
        case .dropped:
            if let payload { tell(.broadcastEnded(payload, .dropped), host, process) }
        case .cancelled:
            if let payload { tell(.broadcastEnded(payload, .cancelled), host, process) }
        case .tooLarge: observe(.notice("a broadcast does not fit into a datagram"), at: host.index)
        case .queueFull: observe(.notice("a broadcast found the queue full"), at: host.index)
        }
    }

    private func changed(
        _ member: Member,
        _ change: MemberChange,
        _ evidence: FailureEvidence?,
        _ host: Host
    ) {
        let change = BeliefChange(change)
        digest.add(4, at: now, node: host.index, Self.digestBytes(member, change))
        coverage.count(change)
        if member.name != host.name { noteAccuracy(of: member, change, seenBy: host) }
        noteMove(of: member, change, seenBy: host)
        guard let sabotage = sabotage.member else {
            return observe(.member(member, change), at: host.index, evidence: evidence)
        }
        for (member, change) in sabotage(host.index, member, change) {
            observe(.member(member, change), at: host.index, evidence: evidence)
        }
    }

    private static func digestBytes(_ member: Member, _ change: BeliefChange) -> [UInt8] {
        var bytes = Array(change.rawValue.utf8)
        bytes.append(contentsOf: member.name.bytes)
        bytes.append(contentsOf: member.endpoint.address.bytes)
        withUnsafeBytes(of: member.endpoint.port.littleEndian) { bytes.append(contentsOf: $0) }
        withUnsafeBytes(of: member.incarnation.littleEndian) { bytes.append(contentsOf: $0) }
        bytes.append(contentsOf: member.meta)
        return bytes
    }

    /// Whoever was held up, or started, a moment ago may be suspected with good reason.
    private static let settled: Int64 = 10_000_000_000

    /// Counts failures that were declared of nodes that ran well.
    private func noteAccuracy(of member: Member, _ change: BeliefChange, seenBy host: Host) {
        guard change == .failed, let subject = self.host(named: member.name), subject.process != nil,
            subject.process?.activity == .running, !subject.hasLeft,
            now.nanoseconds(since: subject.wellSince) > Self.settled
        else { return }
        coverage.meet(.falsePositive)
    }

    /// Counts those who left and are taken elsewhere: some time after that was heard, when nobody denies the farewell.
    private func noteMove(of member: Member, _ change: BeliefChange, seenBy host: Host) {
        if change == .left {
            host.process?.leftFrom[member.name] = member.endpoint
        } else if let left = host.process?.leftFrom.removeValue(forKey: member.name), change == .joined,
            left != member.endpoint
        {
            coverage.meet(.backElsewhereAfterLeaving)
        }
    }

    private func noticed(_ notice: Notice, _ host: Host) {
        coverage.count(notice)
        switch notice {
        case .probeFailed(let name): observe(.accused(name), at: host.index)
        case .mergeIncompatible: host.process?.refusedMerges += 1
        case .rejoining(let endpoint, let name):
            let told = sabotage.rejoining?(host.index, endpoint) ?? endpoint
            observe(.rejoining(told, name), at: host.index)
        // The failure itself is told.
        case .unconfirmedFailure: return
        default: break
        }
        guard !judges.isEmpty || !observers.isEmpty else { return }
        observe(.notice("\(notice)"), at: host.index)
    }

    private func leaveFinished(heard: Int, _ host: Host, _ process: NodeProcess) {
        if heard > 0 { coverage.meet(.leaveHeard) }
        guard host.endsAfterLeaving else { return }
        host.endsAfterLeaving = false
        // The process is still in the middle of this: it ends when the present step is over.
        let launch = process.launch
        plan(at: now) { world in
            if host.process?.launch == launch { world.end(host, .ended) }
        }
    }
}
