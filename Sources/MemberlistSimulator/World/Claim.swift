internal import Memberlist
public import MemberlistCore
public import MemberlistWire

/// What a node heard of a member, and what became of its belief by that.
public struct Claim: Sendable {
    /// The member.
    public let subject: NodeName
    /// What is said of it: `left` where the member itself says that it is gone.
    public let state: MemberState
    /// As of which incarnation.
    public let incarnation: UInt32
    /// Who says it, of suspicions and deaths; of those in a state exchange it is the node that hears them.
    public let accuser: NodeName
    /// Where the member lives; of an alive with an address that can be one.
    public let endpoint: Endpoint?
    /// Whether it came in a state exchange; else it was gossiped.
    public let isFromExchange: Bool
    /// What the node believed before; nil where it did not know the member.
    public let before: Belief?
    /// What it believes now.
    public let after: Belief?
    /// What the member says of itself, in an alive.
    let meta: WireBytes
    let versions: WireBytes
}

/// What a node believes of one member at one moment.
public struct Belief: Sendable, Hashable {
    /// What it takes the member for.
    public let state: MemberState
    /// The highest incarnation that it knows of.
    public let incarnation: UInt32
    /// Where the member lives.
    public let endpoint: Endpoint
    /// For how long it has been in that state, on the node's own clock.
    public let age: Duration
    /// How many have confirmed its suspicion.
    public let confirmations: Int
    let meta: WireBytes
    let versions: ProtocolVersions

    init(_ standing: Standing, at reading: Instant) {
        state = standing.state
        incarnation = standing.incarnation
        endpoint = standing.endpoint
        age = .nanoseconds(reading.nanoseconds(since: standing.since))
        confirmations = standing.confirmations
        meta = standing.meta
        versions = standing.versions
    }
}

/// A claim as it stands in a message or in a state, before anybody has heard it.
struct Statement {
    let subject: NodeName
    let state: MemberState
    let incarnation: UInt32
    let accuser: NodeName
    var endpoint: Endpoint?
    var meta = WireBytes.null
    var versions = WireBytes.null

    /// Whether it is an alive that was known, and changed nothing: most are, and judges are spared them.
    func isRepeated(_ before: Standing?, _ after: Standing?) -> Bool {
        guard state == .alive, let before, let after else { return false }
        return incarnation <= before.incarnation && endpoint == before.endpoint
            && after.incarnation == before.incarnation && after.state == before.state
    }

    /// What a message says of a member; nil for one that says nothing of any.
    init?(_ message: Message, heardBy host: Host) {
        switch message {
        case .alive(let alive): self.init(alive, heardBy: host)
        case .suspect(let suspect):
            self.init(suspect.node, .suspect, suspect.incarnation, accuser: suspect.from)
        case .dead(let dead):
            let state: MemberState = dead.node == dead.from ? .left : .dead
            self.init(dead.node, state, dead.incarnation, accuser: dead.from)
        case .ping, .indirectPing, .ack, .nack, .user: return nil
        }
    }

    /// What a peer's state says of a member; nil for a state that there is not.
    init?(_ state: PushNodeState, heardBy host: Host) {
        switch state.state {
        case 0:
            let alive = Alive(
                incarnation: state.incarnation,
                node: state.name,
                address: state.address,
                port: state.port,
                meta: state.meta,
                versions: state.versions
            )
            self.init(alive, heardBy: host)
        case 1: self.init(state.name, .suspect, state.incarnation, accuser: host.name)
        case 2: self.init(state.name, .dead, state.incarnation, accuser: host.name)
        case 3: self.init(state.name, .left, state.incarnation, accuser: state.name)
        default: return nil
        }
    }

    private init(_ subject: NodeName, _ state: MemberState, _ incarnation: UInt32, accuser: NodeName) {
        self.subject = subject
        self.state = state
        self.incarnation = incarnation
        self.accuser = accuser
    }

    private init(_ alive: Alive, heardBy host: Host) {
        self.init(alive.node, .alive, alive.incarnation, accuser: alive.node)
        // Nodes that say no port, and those of version 1, listen where this one does.
        let isSilent = alive.port == 0 || host.configuration.protocolVersion < 2
        let port = isSilent ? host.endpoint.port : alive.port
        endpoint = IPAddress(bytes: alive.address.bytes).map { Endpoint(address: $0, port: port) }
        meta = alive.meta
        versions = alive.versions
    }
}
