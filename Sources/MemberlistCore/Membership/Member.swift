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
public struct Member: Sendable, Hashable {
    /// What it is called: no other member has the name.
    public let name: NodeName
    /// Where it listens, with datagrams and streams.
    public let endpoint: Endpoint
    /// The application's own bytes about it, 512 at most unless the cluster agreed on more.
    public let meta: [UInt8]
    /// What this node believes of it.
    public let state: MemberState
    /// The versions that it understands and speaks.
    public let versions: ProtocolVersions
    /// How often it has renewed its word; a higher incarnation overrides a lower one.
    public let incarnation: UInt32

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
        self.name = name
        self.endpoint = endpoint
        self.meta = meta
        self.state = state
        self.versions = versions
        self.incarnation = incarnation
    }
}
