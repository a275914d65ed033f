import MemberlistWire

/// A claim to the name of a member that left, from another address than it had.
struct NameClaim: Sendable {
    let name: NodeName
    /// What will be believed; the latest that was heard meanwhile.
    var alive: Alive
    var endpoint: Endpoint
    /// Pings that went to the old address.
    var asked = 0
    /// Whether somebody of that name answered there.
    var isAnswered = false
    /// Whether who answered has been given time to contradict.
    var isHeardOut = false
}

/// Claims that wait, found by the ping that was sent for each, and by name.
struct NameClaims: Sendable {
    private var claims: [UInt32: NameClaim] = [:]
    private var sequences: [NodeName: UInt32] = [:]

    var count: Int { claims.count }

    subscript(sequence: UInt32) -> NameClaim? {
        get { claims[sequence] }
        set { claims[sequence] = newValue }
    }

    func sequence(for name: NodeName) -> UInt32? { sequences[name] }

    mutating func add(_ claim: NameClaim, sequence: UInt32) {
        claims[sequence] = claim
        sequences[claim.name] = sequence
    }

    mutating func remove(_ sequence: UInt32) {
        if let claim = claims.removeValue(forKey: sequence) { sequences[claim.name] = nil }
    }
}

/// Farewells that nobody said.
///
/// A farewell is a death that names its own subject as the one who says so, and whoever may speak to the cluster at
/// all can make one up. Its subject contradicts as soon as it hears of it; but until then its name is free for an alive
/// at another address, and was once that believed, the name is no more its own. So before a name moves, the address that
/// it had is told of the farewell, with a ping: who lives contradicts, and the name stays; who left keeps silent about
/// it; and where nobody is, nobody answers.
///
/// We differ from HashiCorp, where such a name moves at once.
extension GossipProtocol {
    /// Datagrams get lost: so often is the address asked.
    private static let questions = 3

    /// Whether the claim waits until the old address had its say. While one waits, the latest is kept.
    mutating func doubts(_ alive: Alive, at endpoint: Endpoint, about id: RowID, at now: Instant) -> Bool {
        guard configuration.farewellDoubt > 0, table[id].state == .left else { return false }
        let row = table[id]
        if let sequence = claims.sequence(for: row.name) {
            if let kept = claims[sequence]?.alive.incarnation, kept < alive.incarnation {
                claims[sequence]?.alive = alive.owned()
                claims[sequence]?.endpoint = endpoint
            }
            return true
        }
        guard claims.count < Limits.nameClaims else {
            notice(.overloaded)
            return true
        }
        let sequence = nextSequence()
        claims.add(NameClaim(name: row.name, alive: alive.owned(), endpoint: endpoint), sequence: sequence)
        askWhoLeft(id, sequence, at: now)
        return true
    }

    private mutating func askWhoLeft(_ id: RowID, _ sequence: UInt32, at now: Instant) {
        let row = table[id]
        claims[sequence]?.asked += 1
        timers.schedule(
            .nameClaim(sequence: sequence),
            at: now.advanced(byNanoseconds: configuration.farewellDoubt / Int64(Self.questions))
        )
        let farewell = Dead(incarnation: row.incarnation, node: row.name, from: row.name)
        send(
            .dead(farewell),
            with: .ping(ping(for: row.name, sequence: sequence)),
            to: row.endpoint,
            receiver: receiver(id)
        )
    }

    /// Returns whether the ack is for such a ping.
    mutating func answerClaim(_ sequence: UInt32) -> Bool {
        guard claims.count > 0, claims[sequence] != nil else { return false }
        claims[sequence]?.isAnswered = true
        return true
    }

    /// The time to deny the farewell is over. Whoever answered has as long as a suspect has at least, for its word to
    /// come here by gossip.
    mutating func endDoubt(_ sequence: UInt32, at now: Instant) {
        guard let claim = claims[sequence] else { return }
        if !claim.isAnswered, claim.asked < Self.questions, let id = table.find(claim.name),
            table[id].state == .left
        {
            return askWhoLeft(id, sequence, at: now)
        }
        if claim.isAnswered, !claim.isHeardOut {
            claims[sequence]?.isHeardOut = true
            let wait = Formulas.suspicionTimeout(
                multiplier: configuration.suspicionMultiplier,
                members: table.count,
                interval: configuration.probeInterval
            )
            timers.schedule(
                .nameClaim(sequence: sequence),
                at: now.advanced(byNanoseconds: max(wait, configuration.farewellDoubt))
            )
            return
        }
        claims.remove(sequence)
        apply(claim.alive, endpoint: claim.endpoint, isHeardOut: true, at: now)
    }
}

extension Alive {
    /// The same, holding on to nothing that it was read from.
    func owned() -> Alive {
        Alive(
            incarnation: incarnation,
            node: node.owned(),
            address: address.owned(),
            port: port,
            meta: meta.owned(),
            versions: versions.owned()
        )
    }
}
