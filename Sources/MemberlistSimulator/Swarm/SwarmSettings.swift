internal import Memberlist
internal import MemberlistCore
internal import MemberlistWire

/// The settings of one cluster of the swarm, drawn within what a sane operator may choose. Times in microseconds.
struct SwarmSettings {
    let probeInterval: Int
    let probeTimeout: Int
    let gossipInterval: Int
    let gossipNodes: Int
    let retransmitMultiplier: Int
    let suspicionMultiplier: Int
    let suspicionMaximum: Int
    let indirectChecks: Int
    let healthMultiplier: Int
    let streamFallback: Bool
    let pushPullInterval: Int
    let toTheDead: Int
    let reclaim: Int?
    let datagramSize: Int
    let protocolVersion: UInt8
    let compression: Bool
    /// Which dialects the nodes speak.
    let dialects: Dialects
    let label: String
    /// 0 for plaintext.
    let keyBytes: Int
    let metaBytes: Int
    /// Whether nodes may come back at other addresses: it needs them to be forgotten soon enough.
    let allowsMoves: Bool
    let hasDelegates: Bool
    /// Whether states are exchanged by those alone who join: then only gossip spreads news.
    let gossipsAlone: Bool
    /// Whether the nodes look for those that they lost; and the longest waits, the first and any.
    let heals: Bool
    let healInterval: Int
    let healMaximum: Int

    /// How a cluster is set to speak.
    enum Dialects: String {
        case automatic, hashicorp, native
        /// Some nodes one way and some the other; who starts again may change.
        case mixed
    }

    /// How often an application's discovery joins all through one, where the cluster needs that; in microseconds.
    static let discoveryInterval = 30_000_000

    init(nodes: Int, isExact: Bool, _ random: inout ProtocolRandom) {
        probeInterval = 200_000 + random.below(1_300_000)
        probeTimeout = probeInterval / 10 * (2 + random.below(7))
        gossipInterval = 50_000 + random.below(250_000)
        gossipNodes = 2 + random.below(4)
        retransmitMultiplier = 2 + random.below(4)
        suspicionMultiplier = 2 + random.below(5)
        suspicionMaximum = 1 + random.below(7)
        indirectChecks = random.below(5)
        healthMultiplier = 1 + random.below(8)
        streamFallback = random.below(4) != 0
        pushPullInterval = 3_000_000 + random.below(20_000_000)
        // Long enough for all to hear of a death before the first forgets it.
        let suspicion = Formulas.suspicionTimeout(
            multiplier: suspicionMultiplier * suspicionMaximum,
            members: nodes,
            interval: Int64(probeInterval)
        )
        toTheDead = Int(suspicion) + 5_000_000 + random.below(30_000_000)
        reclaim = random.below(3) == 0 ? random.below(20_000_000) : nil
        datagramSize = [1_200, 1_200, 1_280, 1_400, 1_400, 1_400, 1_400, 4_000, 9_000][random.below(9)]
        protocolVersion = [2, 2, 2, 2, 2, 1, 3, 4, 5][random.below(9)]
        compression = random.below(3) != 0
        label = ["", "", "prod", "a label of a cluster that is longer than most are"][random.below(4)]
        keyBytes = [0, 16, 24, 32, 32, 32, 32, 32][random.below(8)]
        let all: [Dialects] = [.automatic, .automatic, .hashicorp, .mixed, .mixed, .mixed, .native]
        let drawn = all[random.below(all.count)]
        dialects = drawn == .native && keyBytes == 0 ? .automatic : drawn
        metaBytes = random.below(2) == 0 ? 0 : random.below(80)
        allowsMoves = random.below(2) == 0
        hasDelegates = random.below(8) == 0
        // Whoever misses a refutation holds to a suspicion: nothing is exact there.
        gossipsAlone = random.below(4) == 0 && !isExact
        heals = random.below(4) != 0
        healInterval = 300_000 + random.below(1_700_000)
        healMaximum = healInterval * (1 + random.below(3))
    }

    func apply(to configuration: inout MemberlistConfiguration, number: Int) {
        configuration.wire = policy(number)
        configuration.probe.interval = .microseconds(probeInterval)
        configuration.probe.timeout = .microseconds(probeTimeout)
        configuration.probe.indirectChecks = indirectChecks
        configuration.probe.healthMultiplier = healthMultiplier
        configuration.probe.streamFallback = streamFallback
        configuration.suspicion.multiplier = suspicionMultiplier
        configuration.suspicion.maximumMultiplier = suspicionMaximum
        configuration.gossip.interval = .microseconds(gossipInterval)
        configuration.gossip.nodes = gossipNodes
        configuration.gossip.retransmitMultiplier = retransmitMultiplier
        configuration.gossip.pushPullInterval = gossipsAlone ? .zero : .microseconds(pushPullInterval)
        configuration.gossip.toTheDead = .microseconds(toTheDead)
        configuration.gossip.datagramSize = datagramSize
        configuration.healing.interval = heals ? .microseconds(healInterval) : .zero
        configuration.healing.maximumInterval = .microseconds(healMaximum)
        configuration.deadNodeReclaim = reclaim.map { .microseconds($0) }
        configuration.protocolVersion = protocolVersion
        configuration.compression = compression
        configuration.label = label
        configuration.meta = [UInt8](repeating: 0x6D, count: metaBytes)
    }

    /// What the node of that number speaks at first, and after so many changes.
    func policy(_ number: Int) -> WirePolicy {
        switch dialects {
        case .automatic: .automatic
        case .hashicorp: .hashicorp
        case .native: .native
        case .mixed: number.isMultiple(of: 2) ? .automatic : .hashicorp
        }
    }

    func longestSuspicion(members: Int) -> Duration {
        .microseconds(
            Formulas.suspicionTimeout(
                multiplier: suspicionMultiplier * suspicionMaximum,
                members: members,
                interval: Int64(probeInterval)
            )
        )
    }

    /// Whether somebody outside must gather the nodes again: where nobody looks for the lost; where nodes move, for
    /// whoever knew the old addresses knows nobody; and where states are not exchanged, for whoever missed a piece of
    /// gossip is told by nothing else.
    var needsDiscovery: Bool { !heals || allowsMoves || gossipsAlone }

    /// How long nodes that look for the lost take at most to find them: in each part one of them tries about once in
    /// the longest pause, and some of those that it tries never run again. That so many attempts all find nobody
    /// has a chance of less than e^-20 where one in four would find somebody.
    var healBound: Duration { needsDiscovery ? .zero : .microseconds(100 * healMaximum) }

    /// The longest that a cluster of so many may take until all agree, once nothing disturbs it any more.
    ///
    /// Unwell nodes get well by one point a probe, each probe longer by their score. A crash is met within two
    /// rounds of probes, each member once a round, or, where many probe, within 45 intervals: that all of them
    /// choose others for so long has a chance of e^-45. Then comes the longest suspicion; then all hear of it, by
    /// gossip or by one of a few exchanges of state; a name that is held by a dead member is free when that one
    /// was forgotten, which may be twice in a row where a straggler brings it back once. A tenth more is for
    /// clocks that differ.
    func settleBound(nodes: Int) -> Duration {
        let recovery = Int64(healthMultiplier * (healthMultiplier + 1) / 2) * Int64(probeInterval)
        let rounds = recovery + Int64(min(2 * nodes + 2, 45)) * Int64(probeInterval)
        let suspicion = Formulas.suspicionTimeout(
            multiplier: suspicionMultiplier * suspicionMaximum,
            members: nodes,
            interval: Int64(probeInterval)
        )
        let between = gossipsAlone ? max(Self.discoveryInterval, pushPullInterval) : pushPullInterval
        let exchange = Formulas.pushPullInterval(Int64(between), members: nodes)
        let once = rounds + suspicion + Int64(toTheDead) + 6 * exchange
        return .microseconds(2 * once * 11 / 10)
    }

    var text: String {
        "probe \(probeInterval / 1_000)/\(probeTimeout / 1_000) ms, gossip \(gossipInterval / 1_000) ms to "
            + "\(gossipNodes), retransmit \(retransmitMultiplier), suspicion \(suspicionMultiplier) x "
            + "\(suspicionMaximum), checks \(indirectChecks), health \(healthMultiplier), "
            + "push/pull \(gossipsAlone ? "never" : "\(pushPullInterval / 1_000) ms"), to the dead \(toTheDead / 1_000) ms, "
            + "reclaim \(reclaim.map { "\($0 / 1_000) ms" } ?? "never"), datagrams \(datagramSize), "
            + "version \(protocolVersion), \(keyBytes == 0 ? "plaintext" : "keys of \(keyBytes)")"
            + "\(label.isEmpty ? "" : ", labelled")\(compression ? ", compressed" : ""), "
            + "\(dialects.rawValue) dialects"
            + (heals ? ", heals after \(healInterval / 1_000) to \(healMaximum / 1_000) ms" : "")
            + "\(streamFallback ? "" : ", no stream pings")"
    }
}
