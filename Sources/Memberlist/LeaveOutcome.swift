/// What came of ``Memberlist/leave(timeout:)``.
public struct LeaveOutcome: Sendable, Hashable {
    /// To how many members the word was sent, each counted once. Any one of them tells the others.
    public let told: Int
    /// How many of them have it, by their own word: a ping travels with it, and they answered. One that answered late,
    /// or whose answer was lost, may have it too.
    public let heard: Int
    /// Whether it was sent as often as news is sent; false where the time was over, or a join came, before.
    public let isComplete: Bool

    /// Whether somebody has it, so that nobody takes this node for failed. False with somebody told: datagrams do not get
    /// through, one way or the other.
    public var wasHeard: Bool { heard > 0 }
}
