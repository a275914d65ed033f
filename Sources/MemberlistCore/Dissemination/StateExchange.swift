import MemberlistWire

/// A state exchange that this node opened.
struct OpenExchange: Sendable {
    let join: Bool
    let peer: Endpoint
}

/// Push/pull: two nodes tell each other all they know, now and then, and when one joins (memberlist's
/// `pushPull`).
extension GossipProtocol {
    mutating func startPushPullRound(at now: Instant) {
        let interval = Formulas.pushPullInterval(configuration.pushPullInterval, members: table.count)
        timers.schedule(.pushPullRound, at: now.advanced(byNanoseconds: interval))
        startPushPull(at: now)
    }

    /// With any member that lives.
    mutating func startPushPull(at now: Instant) {
        let candidates = table.groupCount(.alive)
        guard !isLeaving, candidates > 0, exchanges.count < Limits.exchanges else { return }
        let peer = table.member(random.below(candidates), of: .alive)
        let row = table[peer]
        let id = nextExchange(with: row.endpoint, joins: false)
        emit(
            .exchangeState(id, with: row.endpoint, receiver: receiver(peer), state: localState(join: false))
        )
    }

    /// An exchange of the core's own.
    mutating func nextExchange(with endpoint: Endpoint, joins: Bool) -> ExchangeID {
        merges.endLessons()
        lastExchange += 1
        let id = ExchangeID(ExchangeID.own | lastExchange)
        exchanges[id] = OpenExchange(join: joins, peer: endpoint)
        return id
    }

    mutating func finishExchange(_ id: ExchangeID, _ outcome: ExchangeOutcome, at now: Instant) {
        emit(.exchangeFinished(id, outcome))
        joinEnded(id, outcome, at: now)
    }

    /// Whoever listens at that address is a seed from now on, whether or not it answers.
    mutating func startJoin(_ id: ExchangeID, with endpoint: Endpoint, name: NodeName?, at now: Instant) {
        guard exchanges.count < Limits.exchanges else {
            emit(.exchangeFinished(id, .unavailable))
            return
        }
        merges.endLessons()
        rejoin(at: now)
        addSeed(Seed(endpoint, name: name), for: id, at: now)
        exchanges[id] = OpenExchange(join: true, peer: endpoint)
        let receiver =
            name.flatMap { name in table.find(name).map { self.receiver($0) } } ?? Receiver(name: name)
        emit(.exchangeState(id, with: endpoint, receiver: receiver, state: localState(join: true)))
    }

    mutating func receiveState(_ state: PushPull, of id: ExchangeID, at now: Instant) {
        guard let exchange = exchanges.removeValue(forKey: id) else { return }
        var state = state
        // The responder echoes the flag; this node knows better what it asked for.
        state.join = exchange.join
        startMerge(state, exchange: id, peer: exchange.peer, at: now)
    }

    /// A peer's state: the answer goes out first, and only then is the peer's merged.
    mutating func answerState(_ state: PushPull, on stream: StreamID, from peer: Endpoint?, at now: Instant) {
        guard merges.hasRoom(for: state) else {
            emit(.refuseState(stream))
            notice(.overloaded)
            return
        }
        merges.endLessons()
        emit(.answerState(stream, state: localState(join: state.join)))
        startMerge(state, exchange: nil, peer: peer, at: now)
    }

    mutating func localState(join: Bool) -> LocalState {
        LocalState(join: join, blocks: table.pushBlocks())
    }
}
