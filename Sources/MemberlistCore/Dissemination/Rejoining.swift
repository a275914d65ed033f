import MemberlistWire

/// What is known of who was lost, and of the attempts to find them.
struct Healing: Sendable {
    /// Apart from the protocol's own draws, so that nothing of a cluster where nobody is lost depends on it.
    var random: ProtocolRandom
    var lost = LostMembers()
    var seeds = Seeds()
    /// The longest that the next attempt may wait; 0 where none is due.
    var pause: Int64 = 0
    /// When the next attempt is due, and the token of its timer; timers with another token are stale.
    var due: Instant?
    var token: UInt32 = 0
    /// The ping that comes before an exchange with a member that was lost.
    var ping: (sequence: UInt32, endpoint: Endpoint, name: NodeName)?
    /// Joins under way, this node's own and the application's: through which address, how many members had come
    /// to life until then, and whether it is an attempt to heal.
    var joins: [ExchangeID: (endpoint: Endpoint, arrivals: UInt64, heals: Bool)] = [:]
    /// Members that came to life so far.
    var arrivals: UInt64 = 0

    init(seed: UInt64) {
        random = ProtocolRandom(seed: seed ^ 0x7265_6a6f_696e_2121)
    }
}

/// Healing: whoever was lost is tried again, now and then, until it is found or the configuration says that it was
/// long enough. HashiCorp's memberlist has none; Serf retries failed members until they are reaped.
///
/// In the whole cluster there is about one attempt for each interval: a node takes its turn with a chance of one in as
/// many as live. A node that knows all who live and has lost nobody has no timer for it at all.
extension GossipProtocol {
    private var heals: Bool { configuration.healInterval > 0 && !isLeaving }

    // MARK: What is lost and found

    /// A member was declared failed.
    mutating func remember(_ id: RowID, at now: Instant) {
        guard configuration.healInterval > 0 else { return }
        let row = table[id]
        healing.seeds.memberFailed()
        // Whoever lives at its address has taken its place.
        if row.endpoint != configuration.endpoint, !table.hasLiving(at: row.endpoint) {
            let lost = LostMembers.Lost(
                name: row.name,
                endpoint: row.endpoint,
                since: now,
                answersPings: row.versions.maximum >= 3
            )
            healing.lost.insert(lost, limit: configuration.healMemory, &healing.random)
        }
        // What was lost of late is near: attempts begin anew with the shortest pause.
        healing.pause = 0
        scheduleHealing(at: now)
    }

    /// A member lives: it is not lost, nor is whoever listened at its address before.
    mutating func recall(_ id: RowID) {
        guard configuration.healInterval > 0 else { return }
        let row = table[id]
        healing.arrivals += 1
        healing.lost.remove(named: row.name)
        healing.lost.remove(at: row.endpoint)
        healing.seeds.memberCame(at: row.endpoint)
    }

    /// A member said that it leaves: nobody looks for it.
    mutating func release(_ id: RowID, at now: Instant) {
        guard configuration.healInterval > 0 else { return }
        healing.lost.remove(named: table[id].name)
        healing.seeds.memberLeft(at: table[id].endpoint)
        scheduleHealing(at: now)
    }

    mutating func addSeed(_ seed: Seed, for exchange: ExchangeID, at now: Instant) {
        guard configuration.healInterval > 0 else { return }
        healing.joins[exchange] = (seed.endpoint, healing.arrivals, false)
        if let seed = usable(seed) { healing.seeds.insert(seed) }
        scheduleHealing(at: now)
    }

    mutating func replaceSeeds(_ seeds: [Seed], at now: Instant) {
        guard configuration.healInterval > 0 else { return }
        healing.seeds.replace(with: seeds.compactMap(usable))
        scheduleHealing(at: now)
    }

    /// A name that need not be said is a hint: whoever answers in its place is joined through all the same.
    private func usable(_ seed: Seed) -> Seed? {
        guard configuration.seedsNeedNames else { return Seed(seed.endpoint) }
        return seed.name == nil ? nil : Seed(seed.endpoint, name: seed.name?.owned())
    }

    private var unmetSeeds: [Seed] {
        healing.seeds.isEmpty
            ? []
            : healing.seeds.unmet(isAlone: isAlone) { seed in
                isPresent(at: seed.endpoint) || seed.name.map(isPresent(named:)) ?? false
            }
    }

    // MARK: Attempts

    /// Sets the timer, unless one is due as soon, or there is nobody to look for.
    mutating func scheduleHealing(at now: Instant) {
        guard heals, !healing.lost.isEmpty || !unmetSeeds.isEmpty else { return }
        let longest = max(configuration.healInterval, healing.pause)
        let due = now.advanced(byNanoseconds: longest - healing.random.below(longest / 2 + 1))
        if let planned = healing.due, planned <= due { return }
        healing.due = due
        healing.token &+= 1
        timers.schedule(.healRound(token: healing.token), at: due)
    }

    mutating func startHealRound(token: UInt32, at now: Instant) {
        guard token == healing.token else { return }
        healing.due = nil
        healing.ping = nil
        let unmet = unmetSeeds
        guard heals, !healing.lost.isEmpty || !unmet.isEmpty else {
            healing.pause = 0
            return
        }
        if healing.random.below(aliveCount) == 0 { tryAgain(unmet, at: now) }
        let doubled = healing.pause.multipliedReportingOverflow(by: 2)
        let longest = max(configuration.healInterval, configuration.healMaximumInterval)
        healing.pause =
            doubled.overflow ? longest : min(max(doubled.partialValue, configuration.healInterval), longest)
        scheduleHealing(at: now)
    }

    private mutating func tryAgain(_ unmet: [Seed], at now: Instant) {
        if !unmet.isEmpty { emit(.seedsWanted) }
        guard exchanges.count < Limits.exchanges else { return }
        let lost = drawLost(at: now)
        // By turns where there are both: neither a dead seed nor many dead members keep the others waiting.
        if let lost, unmet.isEmpty || healing.random.below(2) == 0 {
            notice(.rejoining(lost.endpoint, lost.name))
            guard lost.answersPings else {
                return rejoin(through: lost.endpoint, receiver: Receiver(name: lost.name))
            }
            seek(lost.name, at: lost.endpoint, now)
        } else if !unmet.isEmpty {
            let seed = unmet[healing.random.below(unmet.count)]
            notice(.rejoining(seed.endpoint, nil))
            guard let name = seed.name else { return rejoin(through: seed.endpoint, receiver: .unknown) }
            seek(name, at: seed.endpoint, now)
        }
    }

    /// One of those that were lost, still remembered, and in whose place nobody lives.
    private mutating func drawLost(at now: Instant) -> LostMembers.Lost? {
        for _ in 0..<8 where !healing.lost.isEmpty {
            let lost = healing.lost[healing.random.below(healing.lost.count)]
            let isForgotten =
                configuration.healForgets.map { now.nanoseconds(since: lost.since) > $0 } ?? false
            guard isForgotten || table.hasLiving(at: lost.endpoint) else { return lost }
            healing.lost.remove(named: lost.name)
        }
        return nil
    }

    /// A member's address may be another's by now, another cluster's even: a ping by its name comes first.
    private mutating func seek(_ name: NodeName, at endpoint: Endpoint, _ now: Instant) {
        let sequence = nextSequence()
        healing.ping = (sequence, endpoint, name)
        let deadline = now.advanced(byNanoseconds: configuration.healInterval)
        emit(
            .pingOverStream(
                sequence: sequence,
                to: endpoint,
                receiver: Receiver(name: name),
                deadline: deadline
            )
        )
    }

    mutating func healPingFinished(_ sequence: UInt32, answered: Bool) {
        guard let ping = healing.ping, ping.sequence == sequence else { return }
        healing.ping = nil
        guard answered, heals, exchanges.count < Limits.exchanges else { return }
        rejoin(through: ping.endpoint, receiver: Receiver(name: ping.name))
    }

    /// A join, not an exchange among members: both sides' applications decide on whom it brings, as on any cluster
    /// that joins theirs.
    private mutating func rejoin(through endpoint: Endpoint, receiver: Receiver) {
        let id = nextExchange(with: endpoint, joins: true)
        healing.joins[id] = (endpoint, healing.arrivals, true)
        emit(.exchangeState(id, with: endpoint, receiver: receiver, state: localState(join: true)))
    }

    /// A join has ended, this node's own or the application's.
    mutating func joinEnded(_ id: ExchangeID, _ outcome: ExchangeOutcome, at now: Instant) {
        guard let join = healing.joins.removeValue(forKey: id) else { return }
        switch outcome {
        case .merged where healing.arrivals == join.arrivals:
            // Another address of a member, or of this node: it is not asked again until somebody fails.
            healing.seeds.rest(join.endpoint)
        case .merged:
            if join.heals {
                healing.pause = 0
                scheduleHealing(at: now)
            }
        case .refused, .incompatible: healing.pause = configuration.healMaximumInterval
        case .failed, .unavailable: break
        }
    }
}
