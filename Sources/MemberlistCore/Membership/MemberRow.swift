import MemberlistWire

/// Which row of the table; stale once the member was reaped, whoever got the row after it.
struct RowID: Hashable, Sendable {
    let position: Int32
    let generation: UInt32

    var index: Int { Int(position) }
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

    /// Whether its members are believed to be there.
    var isLiving: Bool { self == .alive || self == .suspect }
}

/// What this node believes of one member. In a large cluster there are many: 40 bytes each. What the member
/// says of itself is not copied here.
struct MemberRow: Sendable {
    var identity: MemberIdentity
    var stateChange: Instant
    let generation: UInt32
    var incarnation: UInt32 = 0
    /// Another one whenever a timer about this row is started; timers with the old one are stale.
    var timerToken: UInt32 = 0
    /// Its place in its group's list, and in the order of probes; -1 where it is in none.
    var groupPosition: Int32 = -1
    var probePosition: Int32 = -1
    var state = MemberState.dead
    var group = MemberGroup.none
    var isFree = false
    /// Whether it ever lived, as far as anybody was told. Of one that did not, nobody is told that it is forgotten.
    var wasAlive = false

    var name: NodeName { identity.name }
    var endpoint: Endpoint { identity.endpoint }
    var address: WireBytes { identity.address }
    var meta: WireBytes { identity.meta }
    var versions: ProtocolVersions { identity.versions }

    var isDeadOrLeft: Bool { state == .dead || state == .left }

    var member: Member { Member(identity, state: state, incarnation: incarnation) }

    /// Whether a push/pull tells the same of both.
    func tellsSame(as other: MemberRow) -> Bool {
        identity.isSame(as: other.identity) && incarnation == other.incarnation && state == other.state
    }

    /// Writes what a push/pull tells of the member.
    func write(to writer: inout NodeStateWriter) {
        let code =
            switch state {
            case .alive: 0
            case .suspect: 1
            case .dead: 2
            case .left: 3
            }
        identity.write(incarnation: incarnation, state: code, to: &writer)
    }
}
