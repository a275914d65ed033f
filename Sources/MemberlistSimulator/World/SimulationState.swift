public import Memberlist
public import MemberlistCore
public import MemberlistWire

/// What a judge may look at: the world as it is at that moment, without changing it.
public struct SimulationState {
    let world: World

    init(_ world: World) {
        self.world = world
    }

    /// Virtual time since the start.
    public var time: Duration { world.time }
    /// How many machines there are; nodes are numbered from 0.
    public var nodeCount: Int { world.hosts.count }
    /// The machine's node name.
    public func name(of node: Int) -> NodeName { world.hosts[node].name }
    /// The machine of that name.
    public func node(named name: NodeName) -> Int? { world.names[name] }
    /// Where the machine's node listens, or listened last.
    public func endpoint(of node: Int) -> Endpoint { world.hosts[node].endpoint }
    /// Whether a process runs there, paused or not.
    public func isRunning(_ node: Int) -> Bool { world.hosts[node].process != nil }
    /// Whether a process runs there, is neither paused nor blocked, and has not left.
    public func isWell(_ node: Int) -> Bool {
        let host = world.hosts[node]
        return host.process?.activity == .running && !host.hasLeft
    }
    /// Since when, in virtual time, nothing was done to the node that could make others think it failed.
    public func wellSince(_ node: Int) -> Duration { .nanoseconds(world.hosts[node].wellSince.nanoseconds) }
    /// When the last process there crashed, where none runs since.
    public func crashTime(of node: Int) -> Duration? {
        world.hosts[node].crashedAt.map { .nanoseconds($0.nanoseconds) }
    }
    /// How many processes ran there so far.
    public func launches(of node: Int) -> Int { world.hosts[node].launches }
    /// Whether the process left on its own word.
    public func hasLeft(_ node: Int) -> Bool { world.hosts[node].hasLeft }
    /// What the node believes of everybody it knows, itself among them; empty where no process runs.
    public func members(seenBy node: Int) -> [Member] { world.hosts[node].process?.core.members ?? [] }
    /// How many members the node's table holds, dead ones included.
    public func memberCount(seenBy node: Int) -> Int {
        world.hosts[node].process?.look { $0.memberCount } ?? 0
    }
    /// What the node believes of one member; nil where it does not know it, or no process runs.
    public func belief(of node: Int, about member: NodeName) -> MemberState? {
        world.hosts[node].process?.look { $0.standing(of: member)?.state } ?? nil
    }
    /// What the node believes of one member, in full; nil where it does not know it, or no process runs.
    public func standing(of node: Int, about member: NodeName) -> Belief? {
        let host = world.hosts[node]
        return host.process?.core.standing(of: member).map {
            Belief($0, at: host.clock.reading(at: world.now))
        }
    }
    /// What the node's own clock shows, from a start of its own; clocks run fast or slow.
    public func clock(of node: Int) -> Duration {
        .nanoseconds(world.hosts[node].clock.reading(at: world.now).nanoseconds)
    }
    /// What the node is configured to do.
    public func configuration(of node: Int) -> MemberlistConfiguration { world.hosts[node].configuration }
    /// Whether the node's application decides on what it hears.
    func asksDelegate(_ node: Int) -> Bool { world.hosts[node].delegate != nil }
    /// The broadcast about that member that waits at the node, encoded.
    func queuedMessage(of node: Int, about member: NodeName) -> [UInt8]? {
        if let loses = world.sabotage.loses, loses(node, member) { return nil }
        return world.hosts[node].process?.look { $0.queuedMessage(about: member) } ?? nil
    }
    /// Broadcasts that wait at the node: about members, and the application's.
    public func queuedBroadcasts(of node: Int) -> (membership: BroadcastQueueDepth, user: BroadcastQueueDepth)
    {
        guard let process = world.hosts[node].process else {
            return (BroadcastQueueDepth(), BroadcastQueueDepth())
        }
        let (membership, user) = process.look { $0.broadcastDepths }
        let seen = BroadcastQueueDepth(
            count: membership.count + world.sabotage.extraBroadcasts,
            bytes: membership.bytes,
            dropped: membership.dropped
        )
        return (seen, user)
    }
    /// The node's health score: 0 is well (Lifeguard).
    public func healthScore(of node: Int) -> Int { world.hosts[node].process?.look { $0.healthScore } ?? 0 }
    /// What the node sent and received so far.
    public func traffic(of node: Int) -> Traffic { world.hosts[node].traffic }
    /// Whether the node has keys and uses them, and so must encrypt all that it sends.
    public func encrypts(_ node: Int) -> Bool {
        !world.hosts[node].keys.isEmpty && world.hosts[node].configuration.verifiesOutgoing
    }
    /// Whether the node has keys and takes nothing that is not sealed: not so while a cluster moves onto encryption.
    public func refusesPlaintext(_ node: Int) -> Bool {
        !world.hosts[node].keys.isEmpty && world.hosts[node].configuration.verifiesIncoming
    }
    /// The keys in the file of the node's machine, the primary first.
    public func fileKeyIDs(of node: Int) -> [KeyID] { world.hosts[node].keys.map(\.id) }
    /// The keys that the node's process holds, the primary first; empty where none runs, or none are.
    public func keyIDs(of node: Int) -> [KeyID] {
        world.hosts[node].process?.configuration.keyring?.keyIDs ?? []
    }
    /// How a rotation of the cluster's keys stands.
    var rotation: RotationState { world.rotation }
    /// Names that somebody may have made up: in plaintext, a flipped bit may be one of a name's, and in what is
    /// compressed it may garble each name that the frame has.
    func forgedNames(at node: Int) -> Int {
        guard !refusesPlaintext(node) else { return 0 }
        return (world.coverage[.injectedFlipped] + world.coverage[.injectedStream]) * nodeCount
    }
    /// Whether an application of the simulation has said these bytes.
    public func wasSaid(_ payload: [UInt8]) -> Bool { world.said.contains(payload) }
    /// The largest datagram that the node may send.
    public func datagramSize(of node: Int) -> Int { world.hosts[node].configuration.gossip.datagramSize }

    /// Whether every node that is well knows all that are well, and nobody else, as alive. This looks at all
    /// pairs: it is for the ends of waits, not for every step.
    public var isConverged: Bool { firstDisagreement == nil }

    /// Whether all that are well count as many as there are: a look that is quick to say no.
    var mayBeConverged: Bool {
        let well = world.hosts.filter { isWell($0.index) }
        return well.allSatisfy { $0.process?.core.aliveCount == well.count }
    }

    /// Who disagrees about whom, in words; nil where all agree.
    public var firstDisagreement: String? {
        let well = world.hosts.filter { isWell($0.index) }
        for observer in well {
            guard let process = observer.process else { continue }
            let agrees = process.look { core in
                core.aliveCount == well.count
                    && well.allSatisfy { core.standing(of: $0.name)?.state == .alive }
            }
            if !agrees { return disagreement(of: observer, well) }
        }
        return nil
    }

    private func disagreement(of observer: Host, _ well: [Host]) -> String {
        let alive = Set(members(seenBy: observer.index).filter { $0.state == .alive }.map(\.name))
        let names = well.map(\.name)
        let missing = names.filter { !alive.contains($0) }
        let ghosts = alive.subtracting(names).sorted()
        var words: [String] = []
        if let first = missing.first {
            let belief = belief(of: observer.index, about: first)?.rawValue ?? "unknown"
            words.append("\(missing.count) that run are not alive to it, \(first) (\(belief)) among them")
        }
        if let first = ghosts.first {
            words.append("\(ghosts.count) that do not run are alive to it, \(first) among them")
        }
        return "\(observer.name): " + words.joined(separator: "; ")
    }
}
