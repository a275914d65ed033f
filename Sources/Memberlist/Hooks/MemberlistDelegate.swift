public import MemberlistCore
public import MemberlistWire

/// The application's part in the protocol. Everything has a default: implement what you need.
///
/// No hook runs on the node's event loop, so each may take its time and call any method of ``Memberlist``.
/// Messages, states, conflicts, ends of broadcasts and answered pings arrive one at a time, in order; what waits
/// for a slow one is bounded, and more is dropped and counted. What is asked of the application may run at the
/// same time as those, and has ``MemberlistConfiguration/hookTimeout`` to answer.
///
/// <doc:Hooks> has when each is called; `PARITY.md` at the top of the repository has HashiCorp's name for each.
public protocol MemberlistDelegate: Sendable {
    // What follows is read once, at the start: a hook that nobody wants to be asked costs nothing.

    /// Whether ``allowAlive(_:)`` is asked for each alive that is heard; it costs a hop between threads each
    /// time.
    var decidesOnAlive: Bool { get }
    /// Whether ``allowMerge(_:)`` is asked for each join.
    var decidesOnMerge: Bool { get }
    /// Whether ``broadcasts(limit:)`` is asked.
    var offersBroadcasts: Bool { get }
    /// Whether ``pingPayload(limit:)`` is asked.
    var offersPingPayload: Bool { get }

    /// The application's own bytes about this node. Asked when the node starts and by
    /// ``Memberlist/updateMeta()``; nil keeps what is set.
    ///
    /// - Parameter limit: Most bytes: ``MemberlistConfiguration/metaLimit``.
    func metadata(limit: Int) async -> [UInt8]?

    /// Bytes that another node's application sent to this one, or broadcast.
    func messageReceived(_ payload: [UInt8], from: Endpoint) async
    /// What shall be gossiped to all. Asked once a gossip round while no broadcast of the application's waits, and
    /// so ahead of the datagrams that will carry it: to ask for each datagram would hold up the protocol for the
    /// application. What is returned is queued like ``Memberlist/broadcast(_:)``, and told to all by this
    /// node: an application keeps no count of transmissions.
    ///
    /// - Parameter limit: Most bytes of each: ``Memberlist/broadcastLimit``.
    func broadcasts(limit: Int) async -> [[UInt8]]
    /// A broadcast of this node's has left the queue: all members were told, or they will not be, and why.
    func broadcastEnded(_ payload: [UInt8], _ end: BroadcastEnd) async

    /// The application's state to send along with a state exchange, 20 MiB at most.
    func localState(joining: Bool) async -> [UInt8]
    /// A peer application's state from a state exchange.
    func mergeRemoteState(_ state: [UInt8], joining: Bool) async

    /// Whether that member may be heard of at all.
    func allowAlive(_ member: Member) async -> Admission
    /// Whether this cluster and that of a joining node, of which these are the members, may become one.
    func allowMerge(_ members: [Member]) async -> Admission
    /// Two nodes claim one name: the member that has it, and the claim, each with its address.
    func conflict(existing: Member, claimed: Member) async
    /// The table is full of members that live: that one was not let in, the last of so many since this was told before.
    func tableFull(_ member: Member, refused: Int) async

    /// What this node's answers to pings carry from now on, for whoever measures the network: a coordinate, say.
    /// Asked when the node starts and once a probe interval from then on, not for each answer; at once by
    /// ``Memberlist/setPingPayload(_:)``, which needs no hook. Everybody who may ping this node can read it, and
    /// each byte is one less for news in the same datagram.
    ///
    /// - Parameter limit: Most bytes: ``Memberlist/pingPayloadLimit``.
    func pingPayload(limit: Int) async -> [UInt8]
    /// A probe of this node's was answered by the member itself, in time and with that payload: for estimates of
    /// round trips. Answers through helpers and over streams say nothing of those, and are not told. Nor are those
    /// that come while another hook runs or waits.
    func pingCompleted(_ member: Member, roundTrip: Duration, payload: [UInt8]) async
}

extension MemberlistDelegate {
    public var decidesOnAlive: Bool { false }
    public var decidesOnMerge: Bool { false }
    public var offersBroadcasts: Bool { false }
    public var offersPingPayload: Bool { false }
    public func metadata(limit: Int) async -> [UInt8]? { nil }
    public func messageReceived(_ payload: [UInt8], from: Endpoint) async {}
    public func broadcasts(limit: Int) async -> [[UInt8]] { [] }
    public func broadcastEnded(_ payload: [UInt8], _ end: BroadcastEnd) async {}
    public func localState(joining: Bool) async -> [UInt8] { [] }
    public func mergeRemoteState(_ state: [UInt8], joining: Bool) async {}
    public func allowAlive(_ member: Member) async -> Admission { .allow }
    public func allowMerge(_ members: [Member]) async -> Admission { .allow }
    public func conflict(existing: Member, claimed: Member) async {}
    public func tableFull(_ member: Member, refused: Int) async {}
    public func pingPayload(limit: Int) async -> [UInt8] { [] }
    public func pingCompleted(_ member: Member, roundTrip: Duration, payload: [UInt8]) async {}
}
