public import MemberlistWire

extension Memberlist {
    /// Gossips bytes to every member's application, this node's own excepted. Returns once they are queued.
    ///
    /// This node tells all members itself, a few in each gossip round: nobody passes an application's message on.
    /// That is one datagram a member, and in a small cluster as many as HashiCorp would send, so that one may
    /// arrive more than once; one that is lost on the way does not arrive. Those that do not fit a datagram together
    /// are told one after another, each to all.
    ///
    /// - Returns: A ticket, which tells how it ended and can take it back.
    /// - Throws: ``MemberlistError/messageTooLarge(size:limit:)``, ``MemberlistError/messageEmpty``,
    ///   ``MemberlistError/queueFull`` while too many wait that were not sent even once,
    ///   ``MemberlistError/shutDown``.
    @discardableResult
    public func broadcast(_ broadcast: Broadcast) async throws -> BroadcastTicket {
        try await node.broadcast(broadcast)
    }

    /// The same, of bytes, and a name under which a later broadcast replaces this one.
    @discardableResult
    public func broadcast(_ payload: [UInt8], name: NodeName? = nil) async throws -> BroadcastTicket {
        try await node.broadcast(Broadcast(payload, name: name))
    }

    /// The bytes that one ``broadcast(_:)`` or `send` may have: what fits a datagram.
    public var broadcastLimit: Int { node.messageLimit }

    /// What waits to be gossiped at this moment. A snapshot: it never waits.
    public var queuedBroadcasts: QueuedBroadcasts { node.snapshot.queued }

    /// Drops the application's broadcasts but so many, those first that were sent most often; each ends as
    /// ``BroadcastEnd/dropped``. With 0 the queue is empty.
    ///
    /// - Throws: ``MemberlistError/shutDown``.
    public func pruneBroadcasts(keeping count: Int = 0) async throws {
        try await node.pruneBroadcasts(keeping: count)
    }
}
