public import MemberlistCore
public import MemberlistWire

/// What happened in the cluster, as this node sees it. The members told of include this node itself, where it
/// changes its metadata, leaves, or joins again.
public enum MemberlistEvent: Sendable, Hashable {
    /// A member is new, or back.
    case joined(Member)
    /// A member's metadata changed.
    case updated(Member)
    /// A member does not answer; it has some time to refute.
    case suspected(Member)
    /// A suspect refuted.
    case recovered(Member)
    /// A member was declared failed.
    case failed(Member)
    /// A member left on its own word.
    case left(Member)
    /// A member that had failed or left long ago was forgotten.
    case reaped(Member)
    /// Another node claims the name of a member that lives; the member was kept. One of the two must be
    /// renamed.
    case conflict(existing: Member, claimed: Member)
    /// The table is full of members that live, ``MemberlistConfiguration/maximumMembers`` of them: that one was not
    /// let in, the last of so many since this was told before. Told once a second at most.
    case tableFull(Member, refused: Int)
    /// The application's bytes, sent by another node's ``Memberlist/send(_:to:)``,
    /// ``Memberlist/sendReliably(_:to:timeout:)`` or ``Memberlist/broadcast(_:name:)``. `from` is the address
    /// they came from: for a broadcast, that of whoever passed it on; for a stream, not a port that listens.
    case message(payload: [UInt8], from: Endpoint)
    /// This node's own health: 0 is well (Lifeguard).
    case healthChanged(Int)
    /// The cluster has sealed about that many messages with the primary key, and a key bears 2^32: rotate it.
    case keyWorn(seals: UInt64)
    /// The reader was too slow: that many events before the next one are missing.
    case dropped(Int)
}
