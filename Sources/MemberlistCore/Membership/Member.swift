public import MemberlistWire

/// What a node believes of a member.
public enum MemberState: String, Sendable, Hashable, CaseIterable {
    /// It answers.
    case alive
    /// A probe of it failed; it has until the end of its suspicion to refute.
    case suspect
    /// It was declared failed.
    case dead
    /// It said that it leaves.
    case left
}

/// The versions that a member understands and speaks: HashiCorp's six `Vsn` bytes.
public struct ProtocolVersions: Sendable, Hashable {
    /// The lowest version of the gossip protocol that it understands.
    public var minimum: UInt8
    /// The highest version of the gossip protocol that it understands.
    public var maximum: UInt8
    /// The version of the gossip protocol that it speaks.
    public var current: UInt8
    /// The lowest version that it understands of the application's own protocol, HashiCorp's delegate's.
    public var delegateMinimum: UInt8
    /// The highest version that it understands of the application's own protocol.
    public var delegateMaximum: UInt8
    /// The version of the application's own protocol that it speaks.
    public var delegateCurrent: UInt8

    /// HashiCorp's values where nothing else is said.
    public init(
        minimum: UInt8 = 1,
        maximum: UInt8 = 5,
        current: UInt8 = 2,
        delegateMinimum: UInt8 = 0,
        delegateMaximum: UInt8 = 0,
        delegateCurrent: UInt8 = 0
    ) {
        self.minimum = minimum
        self.maximum = maximum
        self.current = current
        self.delegateMinimum = delegateMinimum
        self.delegateMaximum = delegateMaximum
        self.delegateCurrent = delegateCurrent
    }

    /// All six 0: a member that did not say.
    static let unknown = ProtocolVersions(minimum: 0, maximum: 0, current: 0)

    /// The first six bytes of a message's versions; nil where there are fewer.
    package init?(_ wire: WireBytes) {
        guard let versions = wire.bytes.withUnsafeBytes(ProtocolVersions.init) else { return nil }
        self = versions
    }

    /// The same, of bytes where they stand.
    init?(_ wire: UnsafeRawBufferPointer) {
        guard wire.count >= 6 else { return nil }
        self.init(
            minimum: wire[0],
            maximum: wire[1],
            current: wire[2],
            delegateMinimum: wire[3],
            delegateMaximum: wire[4],
            delegateCurrent: wire[5]
        )
    }

    package var bytes: [UInt8] {
        [minimum, maximum, current, delegateMinimum, delegateMaximum, delegateCurrent]
    }
}

/// A member of the cluster, as this node sees it at one moment.
///
/// What it says of itself is held once, however often the member is copied: a value has 16 bytes.
public struct Member: Sendable {
    let identity: MemberIdentity
    /// How often it has renewed its word; a higher incarnation overrides a lower one.
    public let incarnation: UInt32
    /// What this node believes of it.
    public let state: MemberState

    /// What it is called: no other member has the name.
    public var name: NodeName { identity.name }
    /// Where it listens, with datagrams and streams.
    public var endpoint: Endpoint { identity.endpoint }
    /// The application's own bytes about it, 512 at most unless the cluster agreed on more.
    public var meta: [UInt8] { Array(identity.meta.bytes) }
    /// The versions that it understands and speaks.
    public var versions: ProtocolVersions { identity.versions }

    /// `web-1/10.0.0.1:7946`: what a join takes to find this member and nobody else at its address.
    public var joinAddress: String { "\(name)/\(endpoint)" }

    /// A member as an application's tests may want one; a node makes its own.
    public init(
        name: NodeName,
        endpoint: Endpoint,
        meta: [UInt8] = [],
        state: MemberState = .alive,
        versions: ProtocolVersions = ProtocolVersions(),
        incarnation: UInt32 = 0
    ) {
        let alive = Alive(
            incarnation: incarnation,
            node: name,
            meta: WireBytes(meta[...]),
            versions: WireBytes(versions.bytes[...])
        )
        self.init(MemberIdentity(alive, at: endpoint), state: state, incarnation: incarnation)
    }

    /// As many bytes of memory as it takes where nobody else holds what it says of itself.
    package var heldBytes: Int { identity.heldBytes + MemoryLayout<Member>.stride }

    init(_ identity: MemberIdentity, state: MemberState, incarnation: UInt32) {
        self.identity = identity
        self.state = state
        self.incarnation = incarnation
    }
}

extension Member: Hashable {
    public static func == (lhs: Member, rhs: Member) -> Bool {
        lhs.state == rhs.state && lhs.incarnation == rhs.incarnation
            && (lhs.identity.isSame(as: rhs.identity) || lhs.identity.tellsSame(as: rhs.identity))
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(name)
        hasher.combine(state)
        hasher.combine(incarnation)
    }
}

extension Member: CustomStringConvertible {
    /// `web-1/10.0.0.1:7946 alive 3`: its name, its endpoint, its state, its incarnation.
    public var description: String { "\(joinAddress) \(state.rawValue) \(incarnation)" }
}
