internal import MemberlistCore
public import MemberlistWire

/// What one key is used for in the cluster, as far as this node sees it: whether the cluster has sealed too much with
/// it, and who would be lost if it were removed.
public struct ClusterKeyUsage: Sendable, Hashable {
    /// A peer whose frames the key has opened: datagrams, and answers on streams that this node opened. A stream that
    /// a peer opens comes from a port that says nothing, and is counted without its peer.
    public struct Peer: Sendable, Hashable {
        /// Where it sends from.
        public let endpoint: Endpoint
        /// The member that tells the others that address; nil where none does.
        public let name: NodeName?
        /// How long ago it last used the key.
        public let idle: Duration
        /// Whether the key is the one that this peer used last of all, and so seals with.
        public let isLatest: Bool
    }

    /// Frames that this node has sealed and opened with the key since it came onto its ring.
    public let counts: KeyUsage
    /// Frames that the whole cluster has sealed with the key and a random nonce, estimated: this node's own, times
    /// the members that it knows. One key bears 2^32 of them. What was sealed before this node started is not in it.
    public let clusterSeals: UInt64
    /// How long ago the key last opened anything of a peer in ``peers``; nil where it has not.
    public let idle: Duration?
    /// Who has used it, the latest first; per key at most 1,024 peers, or twice the members where that is more.
    public let peers: [Peer]

    /// The key.
    public var id: KeyID { counts.id }
}

extension ClusterKeyUsage {
    static func all(
        _ ring: Keyring,
        peers: KeyPeers,
        members: [Member],
        at now: Instant
    ) -> [ClusterKeyUsage] {
        let rows = peers.all
        var names: [Endpoint: NodeName] = [:]
        // A dead member's address may be a new one's by now.
        for member in members.sorted(by: { !$0.state.isPresent && $1.state.isPresent }) {
            names[member.endpoint] = member.name
        }
        var latest: [Endpoint: Int64] = [:]
        for row in rows.values { latest.merge(row.peers) { max($0, $1) } }
        func ago(_ nanoseconds: Int64) -> Duration { .nanoseconds(max(0, now.nanoseconds - nanoseconds)) }
        return ring.usage.map { counts in
            let row = rows[counts.id]
            let users = (row?.peers ?? [:]).map { endpoint, time in
                Peer(
                    endpoint: endpoint,
                    name: names[endpoint],
                    idle: ago(time),
                    isLatest: latest[endpoint] == time
                )
            }
            return ClusterKeyUsage(
                counts: counts,
                clusterSeals: KeyWear.clusterSeals(counts.sealedWithRandomNonce, members: members.count),
                idle: row.map { ago($0.lastOpened) },
                peers: users.sorted { ($0.idle, "\($0.endpoint)") < ($1.idle, "\($1.endpoint)") }
            )
        }
    }
}

extension MemberState {
    fileprivate var isPresent: Bool { self == .alive || self == .suspect }
}
