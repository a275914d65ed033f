public import MemberlistWire

/// What a node takes only because its cluster is on the move: plaintext while ``MemberlistConfiguration/keyring`` is
/// set and ``MemberlistConfiguration/verifiesIncoming`` is off, and what comes under one of
/// ``MemberlistConfiguration/acceptedLabels``. Once nobody sends it, the node can be restarted without it.
public struct PermissiveTraffic: Sendable, Hashable {
    /// Why it would be refused otherwise.
    public enum Kind: Int, Sendable, Hashable, CaseIterable {
        /// It was not encrypted.
        case plaintext
        /// It came under another label than this node's, or under none.
        case otherLabel
    }

    /// Who sends it.
    public struct Peer: Sendable, Hashable {
        /// Where from; port 0 for a stream that a peer opened, whose port says nothing.
        public let endpoint: Endpoint
        /// The member that has that address; nil where none or several have.
        public let name: NodeName?
        /// What.
        public let kind: Kind
        /// Datagrams and streams of this kind since the peer was first heard, or was quiet for ``window``.
        public let count: Int
        /// How long ago the last one was.
        public let idle: Duration
    }

    /// Whether such traffic is taken at all.
    public let isPermissive: Bool
    /// Who sent such traffic within ``window``, the latest first.
    public let peers: [Peer]
    /// Datagrams and streams within the window from peers that the table had no room for: it holds 1,024, of
    /// whom 256 may be strangers.
    public let others: Int
    /// What came longer ago is not counted any more: ten minutes, or the time in which this node pings every
    /// member twice where that is longer.
    public let window: Duration

    /// Whether nobody needs the permission: then turn it off.
    public var isQuiet: Bool { peers.isEmpty && others == 0 }
}

extension PermissiveTraffic.Kind: MetricLabel {
    var text: String { self == .plaintext ? "plaintext" : "other_label" }
}
