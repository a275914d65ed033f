public import MemberlistCore
public import MemberlistWire

/// The application's part in the protocol. Everything has a default: implement what you need.
///
/// No hook runs on the node's event loop, so each may take its time and call any method of ``Memberlist``.
/// Messages, states, conflicts and ends of broadcasts arrive one at a time, in order. Decisions and ``localState(joining:)`` may
/// run at the same time as those, and have ``MemberlistConfiguration/hookTimeout`` to answer.
public protocol MemberlistDelegate: Sendable {
    /// Whether ``allowAlive(_:)`` is asked for each alive that is heard; it costs a hop between threads each
    /// time. Read once, at the start.
    var decidesOnAlive: Bool { get }
    /// Whether ``allowMerge(_:)`` is asked for each join. Read once, at the start.
    var decidesOnMerge: Bool { get }

    /// Bytes that another node's application sent to this one, or broadcast.
    func messageReceived(_ payload: [UInt8], from: Endpoint) async
    /// A broadcast of this node's has left the queue: all members were told, or they will not be, and why.
    func broadcastEnded(_ payload: [UInt8], _ end: BroadcastEnd) async
    /// The application's state to send along with a state exchange, 20 MiB at most.
    func localState(joining: Bool) async -> [UInt8]
    /// A peer application's state from a state exchange.
    func mergeRemoteState(_ state: [UInt8], joining: Bool) async
    /// Whether that member may be heard of at all.
    func allowAlive(_ member: Member) async -> Bool
    /// Whether this cluster and that of a joining node, of which these are the members, may become one.
    func allowMerge(_ members: [Member]) async -> Bool
    /// Two nodes claim one name.
    func conflict(existing: Member, claimed: Member) async
    /// The table is full of members that live: that one was not let in, the last of so many since this was told before.
    func tableFull(_ member: Member, refused: Int) async
}

extension MemberlistDelegate {
    public var decidesOnAlive: Bool { false }
    public var decidesOnMerge: Bool { false }
    public func messageReceived(_ payload: [UInt8], from: Endpoint) async {}
    public func broadcastEnded(_ payload: [UInt8], _ end: BroadcastEnd) async {}
    public func localState(joining: Bool) async -> [UInt8] { [] }
    public func mergeRemoteState(_ state: [UInt8], joining: Bool) async {}
    public func allowAlive(_ member: Member) async -> Bool { true }
    public func allowMerge(_ members: [Member]) async -> Bool { true }
    public func conflict(existing: Member, claimed: Member) async {}
    public func tableFull(_ member: Member, refused: Int) async {}
}
