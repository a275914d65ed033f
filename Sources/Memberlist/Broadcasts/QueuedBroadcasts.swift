public import MemberlistCore

/// What waits to be gossiped.
public struct QueuedBroadcasts: Sendable, Hashable {
    /// News of members. A few for each change; many for long say that changes come faster than they can be told.
    public let membership: BroadcastQueueDepth
    /// The application's own.
    public let application: BroadcastQueueDepth

    init(
        membership: BroadcastQueueDepth = BroadcastQueueDepth(),
        application: BroadcastQueueDepth = BroadcastQueueDepth()
    ) {
        self.membership = membership
        self.application = application
    }
}
