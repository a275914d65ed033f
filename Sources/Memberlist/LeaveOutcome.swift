/// What came of ``Memberlist/leave(timeout:)``.
public struct LeaveOutcome: Sendable, Hashable {
    /// To how many members the word was sent, each counted once. Any one of them tells the others; datagrams have no
    /// receipt, so it is sent to several.
    public let told: Int
    /// Whether it was sent as often as news is sent; false where the time was over, or a join came, before.
    public let isComplete: Bool

    /// Whether anybody was told.
    public var wasHeard: Bool { told > 0 }
}
