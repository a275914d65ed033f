import MemberlistWire

/// This node's own failure detection: one member a round (SWIM, section 3.1; memberlist's `probeNode`).
extension GossipProtocol {
    /// Starts a round: pings the next member. Where this node does not do well, the round, and the time for an
    /// answer, is longer (Lifeguard, section IV-A); the time for a direct answer is not.
    mutating func startProbeRound(at now: Instant) {
        let round = health.scale(configuration.probeInterval)
        defer { timers.schedule(.probeRound, at: now.advanced(byNanoseconds: round)) }
        giveBackRoom()
        guard !isLeaving, let id = table.nextToProbe(&random) else { return }
        let row = table[id]
        let ping = ping(for: row.name)
        probes[ping.sequence] = Probe(
            purpose: .round(id),
            endpoint: row.endpoint,
            name: row.name,
            incarnation: row.incarnation,
            sent: now,
            deadline: now.advanced(byNanoseconds: round)
        )
        timers.schedule(
            .probeTimeout(sequence: ping.sequence),
            at: now.advanced(byNanoseconds: configuration.probeTimeout)
        )
        timers.schedule(.probeDeadline(sequence: ping.sequence), at: now.advanced(byNanoseconds: round))
        if row.state == .suspect && configuration.lifeguard.contains(.buddy) {
            // The suspect hears of it at once, and can refute.
            let suspect = Suspect(incarnation: row.incarnation, node: row.name, from: configuration.name)
            send(.ping(ping), with: .suspect(suspect), to: row.endpoint, receiver: receiver(id))
        } else {
            send(.ping(ping), to: row.endpoint, receiver: receiver(id))
        }
    }

    mutating func ping(for name: NodeName, sequence: UInt32? = nil) -> Ping {
        let row = table[selfID]
        return Ping(
            sequence: sequence ?? nextSequence(),
            node: name,
            sourceAddress: row.address,
            sourcePort: row.endpoint.port,
            sourceNode: row.name
        )
    }

    /// No direct answer: asks others to ping the member, and tries a stream.
    mutating func probeTimedOut(_ sequence: UInt32, at now: Instant) {
        guard var probe = probes[sequence] else { return }
        guard case .round(let id) = probe.purpose else {
            finishPing(sequence, roundTrip: nil)
            return
        }
        guard table.isCurrent(id) else {
            probes[sequence] = nil
            return
        }
        let target = table[id]
        let me = table[selfID]
        probe.escalated = now
        for helper in helpers(excluding: id) {
            let row = table[helper]
            probe.helperCount += 1
            if probe.helpers.count < Limits.evidenceNames {
                probe.helpers.append(Probe.Helper(name: row.name, endpoint: row.endpoint))
            }
            // Nacks came with version 4: from older helpers none is due.
            let wantsNack = row.versions.maximum >= 4 && configuration.lifeguard.contains(.probe)
            if wantsNack { probe.expectedNacks += 1 }
            let request = IndirectPing(
                sequence: sequence,
                target: target.address,
                port: target.endpoint.port,
                node: target.name,
                wantsNack: wantsNack,
                sourceAddress: me.address,
                sourcePort: me.endpoint.port,
                sourceNode: me.name
            )
            send(.indirectPing(request), to: row.endpoint, receiver: receiver(helper))
        }
        let triesStream =
            configuration.streamFallback && target.versions.maximum >= 3
            && !configuration.streamFallbackExcept.contains(target.name)
        if triesStream { probe.stream = Probe.StreamPing(start: now) }
        probes[sequence] = probe
        if triesStream {
            emit(
                .pingOverStream(
                    sequence: sequence,
                    to: target.endpoint,
                    receiver: receiver(id),
                    deadline: probe.deadline
                )
            )
        }
    }

    /// Up to the configured number of members that are alive, without the target: each drawn once, so that in
    /// a cluster of three the only possible helper is always found.
    private mutating func helpers(excluding target: RowID) -> [RowID] {
        let isAlive = table[target].group == .alive
        let count = table.groupCount(.alive) - (isAlive ? 1 : 0)
        let skipped = isAlive ? Int(table[target].groupPosition) : Int.max
        chosen.removeAll(keepingCapacity: true)
        random.sample(configuration.indirectChecks, below: count, into: &chosen)
        return chosen.map { table.member($0 >= skipped ? $0 + 1 : $0, of: .alive) }
    }

    /// The round's time is over and no ack came: suspects the member, unless a stream reached it, or this node
    /// itself stood still.
    mutating func finishProbe(_ sequence: UInt32, late: Int64, at now: Instant) {
        guard let probe = probes.removeValue(forKey: sequence) else { return }
        guard case .round(let id) = probe.purpose else {
            finishPing(sequence, roundTrip: nil)
            return
        }
        // Who has left meanwhile owes no answer.
        guard table.isCurrent(id), table[id].state != .left else { return }
        if probe.streamAnswered {
            report(probe, .stream, at: now)
            applyHealth(-1)
            notice(.reachableByStreamAlone(probe.name))
            return
        }
        if late > configuration.probeInterval {
            report(probe, .stalled, at: now)
            applyHealth(1)
            notice(.stalled(nanoseconds: late))
            return
        }
        // Helpers that are silent too say more of this node than of the target.
        applyHealth(probe.expectedNacks > 0 ? max(probe.expectedNacks - probe.nacks, 0) : 1)
        report(probe, .failed, at: now)
        notice(.probeFailed(probe.name))
        receive(
            Suspect(incarnation: probe.incarnation, node: probe.name, from: configuration.name),
            cause: .probe,
            probe: probe.failed(at: now),
            at: now
        )
    }

    mutating func report(_ probe: Probe, _ path: ProbeReport.Path, at now: Instant) {
        let report = ProbeReport(
            path: path,
            nanoseconds: now.nanoseconds(since: probe.sent),
            isDegraded: probe.deadline.nanoseconds(since: probe.sent) > configuration.probeInterval
        )
        emit(.probeFinished(report))
    }

    // MARK: Pings that the application asks for

    mutating func startPing(_ id: RequestID, name: NodeName, endpoint: Endpoint, at now: Instant) {
        guard probes.count < Limits.probes, name.bytes.count <= configuration.nameLimit else {
            emit(.pingFinished(id, roundTrip: nil))
            return
        }
        let ping = ping(for: name)
        let deadline = now.advanced(byNanoseconds: configuration.probeTimeout)
        probes[ping.sequence] = Probe(
            purpose: .request(id),
            endpoint: endpoint,
            name: name,
            incarnation: 0,
            sent: now,
            deadline: deadline
        )
        timers.schedule(.probeTimeout(sequence: ping.sequence), at: deadline)
        send(.ping(ping), to: endpoint, receiver: receiver(named: name))
    }

    mutating func finishPing(_ sequence: UInt32, roundTrip: Int64?) {
        guard let probe = probes.removeValue(forKey: sequence), case .request(let id) = probe.purpose else {
            return
        }
        emit(.pingFinished(id, roundTrip: roundTrip))
    }
}
