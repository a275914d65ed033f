public import MemberlistWire

/// Bytes for every member's application, and what they make void.
///
/// Without a name a broadcast is unique: it replaces nothing and nothing replaces it. With one, it is the newest word
/// on its subject, and an older one of that name that still waits goes. Names are this node's own: they are not sent.
///
/// ```swift
/// let ticket = try await memberlist.broadcast(Broadcast(bytes, name: "users/42"))
/// if try await ticket.outcome == .transmitted { … }
/// ```
///
/// A rule of another kind, HashiCorp's `Invalidates`, is written outside: keep the tickets and cancel those that the
/// new one makes void.
public struct Broadcast: Sendable, Hashable {
    /// What is sent: see ``Memberlist/broadcastLimit``.
    public var payload: [UInt8]
    /// What it is about; nil: unique.
    public var name: NodeName?
    /// Other names whose broadcasts it makes void, where they still wait: all that a subject's end takes with it.
    /// Each costs a look at the queue.
    public var invalidates: Set<NodeName>

    /// A broadcast; unique unless it is named.
    public init(_ payload: [UInt8], name: NodeName? = nil, invalidates: Set<NodeName> = []) {
        self.payload = payload
        self.name = name
        self.invalidates = invalidates
    }
}

/// How a broadcast left the queue.
public enum BroadcastEnd: Sendable, Hashable {
    /// It was sent as often as it will be. A datagram may still be lost.
    case transmitted
    /// A later broadcast of the same name took its place, or one that makes its name void.
    case replaced
    /// The queue was full and this one had been sent most often, or the application pruned the queue: some members
    /// were not told.
    case dropped
    /// It was taken back, or the node shut down.
    case cancelled
}
