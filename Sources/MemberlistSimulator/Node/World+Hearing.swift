internal import Memberlist
internal import MemberlistCore
internal import MemberlistWire

/// Nodes hear of members, and somebody looks what it does to them.
extension World {
    /// One message of a datagram, and all that the core wants done after it.
    func feed(
        _ process: NodeProcess,
        _ message: Message,
        from source: Endpoint,
        _ host: Host,
        at reading: Instant
    ) {
        let heard = sabotage.hearing.map { $0(host.index, message) } ?? message
        guard let statement = statement(message, host) else {
            if let heard { process.core.handle(.messageReceived(heard, from: source), at: reading) }
            return executeAll(host, process)
        }
        let before = process.look { $0.standing(of: statement.subject) }
        if let heard { process.core.handle(.messageReceived(heard, from: source), at: reading) }
        witness(statement, since: before, isFromExchange: false, host, process)
        executeAll(host, process)
    }

    /// What judges can say something about: not what a delegate is yet to be asked.
    private func statement(_ message: Message, _ host: Host) -> Statement? {
        guard !judges.isEmpty else { return nil }
        if case .alive = message, host.delegate != nil { return nil }
        return Statement(message, heardBy: host)
    }

    /// A peer's state, and all that the core wants done after it.
    func merge(_ state: PushPull, _ input: Input, _ host: Host, _ process: NodeProcess) {
        guard !judges.isEmpty, host.delegate == nil else { return perform(input, on: host) }
        let statements = state.nodes.compactMap { Statement($0, heardBy: host) }
        // A forger's may name one member twice: then nobody can say what came of which.
        guard Set(statements.map(\.subject)).count == statements.count else {
            return perform(input, on: host)
        }
        let before = process.look { core in statements.map { core.standing(of: $0.subject) } }
        let refused = process.refusedMerges
        process.core.handle(input, at: host.clock.reading(at: now))
        executeAll(host, process)
        if process.refusedMerges == refused {
            for (statement, before) in zip(statements, before) {
                witness(statement, since: before, isFromExchange: true, host, process)
            }
        }
        settle(host)
    }

    private func witness(
        _ statement: Statement,
        since before: Standing?,
        isFromExchange: Bool,
        _ host: Host,
        _ process: NodeProcess
    ) {
        let reading = host.clock.reading(at: now)
        let after = process.look { $0.standing(of: statement.subject) }
        guard !statement.isRepeated(before, after) || statement.subject == host.name else { return }
        let claim = Claim(
            subject: statement.subject,
            state: statement.state,
            incarnation: statement.incarnation,
            accuser: statement.accuser,
            endpoint: statement.endpoint,
            isFromExchange: isFromExchange,
            before: before.map { Belief($0, at: reading) },
            after: after.map { Belief($0, at: reading) },
            meta: statement.meta,
            versions: statement.versions
        )
        coverage.count(claim)
        observe(.heard(claim), at: host.index)
    }
}
