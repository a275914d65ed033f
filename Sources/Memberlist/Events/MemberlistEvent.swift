public import MemberlistCore
public import MemberlistWire

/// What happened in the cluster, as this node sees it. The members told of include this node itself, where it
/// changes its metadata, leaves, or joins again.
public enum MemberlistEvent: Sendable, Hashable {
    /// A member is new, or back.
    case joined(Member)
    /// A member's metadata changed.
    case updated(Member)
    /// A member does not answer; it has some time to refute. The evidence says to whom.
    indirect case suspected(Member, FailureEvidence)
    /// A suspect refuted.
    case recovered(Member)
    /// A member was declared failed, on that evidence.
    indirect case failed(Member, FailureEvidence)
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
    /// The application's delegate did not allow a member or a merge, or not in time. A member that is heard of
    /// again is told of again only at another address, or for another reason.
    case refused(Refusal)
    /// The application's bytes, sent by another node's `send`,
    /// `sendReliably` or ``Memberlist/broadcast(_:)``. `from` is the address
    /// they came from: for a broadcast, that of whoever passed it on; for a stream, not a port that listens.
    case message(payload: [UInt8], from: Endpoint)
    /// This node's own health: 0 is well (Lifeguard).
    case healthChanged(Int)
    /// The cluster has sealed about that many messages with the primary key, and a key bears 2^32: rotate it.
    case keyWorn(seals: UInt64)
    /// The reader was too slow: that many events before the next one are missing.
    case dropped(Int)
}

extension MemberlistEvent {
    /// What is told of a change; nil for one that is not told. A suspicion or a failure comes with its evidence.
    package init?(_ member: Member, _ change: MemberChange, _ evidence: FailureEvidence?) {
        switch (change, evidence) {
        case (.joined, _): self = .joined(member)
        case (.updated, _): self = .updated(member)
        case (.recovered, _): self = .recovered(member)
        case (.left, _): self = .left(member)
        case (.reaped, _): self = .reaped(member)
        case (.suspected, let evidence?): self = .suspected(member, evidence)
        case (.failed, let evidence?): self = .failed(member, evidence)
        case (.refreshed, _), (.suspected, nil), (.failed, nil): return nil
        }
    }
}
