import MemberlistWire

/// Which row of the table; stale once the member was reaped, whoever got the row after it.
struct RowID: Hashable, Sendable {
    let index: Int
    let generation: UInt32
}

/// The lists that members are drawn from, so that no draw looks at all members.
enum MemberGroup: Int, CaseIterable, Sendable {
    /// Alive, without this node.
    case alive
    case suspect
    /// Dead, and still told what is going on, in case it is not.
    case recentlyDead
    /// Neither drawn nor gossiped to: this node itself, and those that left.
    case none
}

/// What the table holds of one member.
struct MemberRow: Sendable {
    let id: RowID
    let name: NodeName
    var endpoint: Endpoint
    /// The address as it came: HashiCorp compares bytes, so they are passed on unchanged.
    var address: WireBytes
    var meta: WireBytes
    /// All version bytes, with capabilities beyond the six.
    var wireVersions: WireBytes
    var versions: ProtocolVersions
    var incarnation: UInt32
    var state: MemberState
    var stateChange: Instant
    var suspicion: Suspicion?
    /// Set anew whenever a timer about this row is started; timers with another one are stale.
    var timerToken: UInt64 = 0

    var group = MemberGroup.none
    /// Its place in its group's list, and in the order of probes; -1 where it is in none.
    var groupPosition = -1
    var probePosition = -1

    var isDeadOrLeft: Bool { state == .dead || state == .left }

    var member: Member {
        Member(
            name: name,
            endpoint: endpoint,
            meta: Array(meta.bytes),
            state: state,
            versions: versions,
            incarnation: incarnation
        )
    }

    var pushState: PushNodeState {
        let code =
            switch state {
            case .alive: 0
            case .suspect: 1
            case .dead: 2
            case .left: 3
            }
        return PushNodeState(
            name: name,
            address: address,
            port: endpoint.port,
            meta: meta,
            incarnation: incarnation,
            state: code,
            versions: wireVersions.isEmpty ? WireBytes(versions.bytes) : wireVersions
        )
    }

    var alive: Alive {
        Alive(
            incarnation: incarnation,
            node: name,
            address: address,
            port: endpoint.port,
            meta: meta,
            versions: wireVersions
        )
    }
}
