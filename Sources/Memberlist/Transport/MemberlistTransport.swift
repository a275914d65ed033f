public import MemberlistWire

/// Carries a node's bytes to other nodes and back: over something other than UDP and TCP, or, in tests, over nothing.
///
/// A transport knows addresses and bytes alone. Label, encryption, compression and checksum are put on before it and
/// taken off after it, so that all transports have them, and what it brings is trusted as little as what comes from a
/// socket. Give one to ``Memberlist/create(_:delegate:transport:logger:group:)``; without one a node has UDP and TCP,
/// through SwiftNIO. <doc:Transports> has a whole one.
///
/// Calls come from any thread, several at once; ``start(_:)`` is the first and ``shutdown()`` the last, each once. A
/// call never needs the node's answer, so calling the receiver from one is allowed.
public protocol MemberlistTransport: Sendable {
    /// Begins to receive.
    ///
    /// - Parameter receiver: Takes what arrives, from now until ``shutdown()`` returns; let go of it then.
    /// - Returns: Where peers reach this node. They are told so unless
    ///   ``MemberlistConfiguration/advertiseHost`` says otherwise, and see datagrams come from there.
    /// - Throws: Anything; the node does not start then, and ``shutdown()`` follows.
    func start(_ receiver: any TransportReceiver) async throws -> Endpoint

    /// Sends one datagram, whole or not at all. It may be lost, doubled or overtaken: the protocol bears that. Called
    /// on the event loop that runs the protocol, so it must not wait; what it has no room for, it drops.
    ///
    /// - Parameters:
    ///   - datagram: ``MemberlistConfiguration/Gossip/datagramSize`` bytes at most.
    ///   - endpoint: What the receiver's own ``start(_:)`` has returned, or what a peer says of itself.
    /// - Returns: Whether it was taken; for the counters alone.
    func send(_ datagram: [UInt8], to endpoint: Endpoint) -> Bool

    /// The same, for a transport that finds its way by names: this one is called, and by default drops the name.
    /// HashiCorp's `NodeAwareTransport`.
    ///
    /// - Parameters:
    ///   - datagram: As above.
    ///   - endpoint: As above.
    ///   - name: The member that the datagram is for; nil where the node knows an address alone.
    /// - Returns: Whether it was taken.
    func send(_ datagram: [UInt8], to endpoint: Endpoint, named name: NodeName?) -> Bool

    /// Opens a stream to a peer.
    ///
    /// - Parameters:
    ///   - endpoint: Where the peer listens.
    ///   - deadline: When nobody wants the stream any more. The task is cancelled then, and earlier where the node has
    ///     changed its mind; what comes of it later is closed.
    /// - Throws: ``MemberlistError/timedOut`` where the time was over, and anything else: the peer counts as
    ///   unreachable then.
    func connect(to endpoint: Endpoint, until deadline: ContinuousClock.Instant) async throws
        -> any MemberlistStream

    /// The same, for a transport that finds its way by names: this one is called, and by default drops the name.
    ///
    /// - Parameters:
    ///   - endpoint: As above.
    ///   - name: The member that the stream is for; nil where the node knows an address alone.
    ///   - deadline: As above.
    /// - Throws: As above.
    func connect(
        to endpoint: Endpoint,
        named name: NodeName?,
        until deadline: ContinuousClock.Instant
    ) async throws -> any MemberlistStream

    /// Ends it: nothing is received any more, every stream is closed, and when it returns, all that was taken is free.
    func shutdown() async
}

extension MemberlistTransport {
    public func send(_ datagram: [UInt8], to endpoint: Endpoint, named name: NodeName?) -> Bool {
        send(datagram, to: endpoint)
    }

    public func connect(
        to endpoint: Endpoint,
        named name: NodeName?,
        until deadline: ContinuousClock.Instant
    ) async throws -> any MemberlistStream {
        try await connect(to: endpoint, until: deadline)
    }
}

/// A stream of bytes in both directions, in order and without loss, or broken: what TCP gives.
///
/// ``read()`` and ``write(_:)`` may be under way at the same time, each once. When ``close()`` is called or their task
/// is cancelled, both must end soon: a stream counts among the node's streams, and keeps its shutdown waiting, until
/// then. How long one may be silent, and how much all hold together, the node decides, as it does for sockets.
public protocol MemberlistStream: Sendable {
    /// The bytes that come next, as many as there are; 64 KiB at most is a good bound. Is called again only when the
    /// node is done with them: what does not fit meanwhile, the peer should be made to keep.
    ///
    /// - Returns: Nil where the peer says no more.
    /// - Throws: Anything, where the stream broke.
    func read() async throws -> [UInt8]?

    /// Sends bytes; returns when the transport has taken them. There may be 20 MiB of them.
    ///
    /// - Throws: Anything, where the stream broke.
    func write(_ bytes: [UInt8]) async throws

    /// Says that nothing more is written: the peer reads nil when it has read the rest. Does not wait.
    func closeOutput()

    /// Ends both directions; can be called again. What ``write(_:)`` has returned for still reaches the peer. Does not
    /// wait.
    func close()
}

/// The node, as its transport sees it. Both calls come from any thread, return at once and never throw; the node
/// bounds what waits and drops the rest, and whatever stands in the bytes does no harm.
public protocol TransportReceiver: Sendable {
    /// A datagram has arrived.
    ///
    /// - Parameters:
    ///   - datagram: Its bytes, as they came.
    ///   - sender: Where an answer would go: the endpoint that the sender's own ``MemberlistTransport/start(_:)`` has
    ///     returned.
    func receive(_ datagram: [UInt8], from sender: Endpoint)

    /// A peer has opened a stream.
    ///
    /// - Parameters:
    ///   - stream: The node's from now on: it reads, answers and closes it.
    ///   - peer: Where it is; nothing is sent there on its account, so the port may be any.
    func accept(_ stream: any MemberlistStream, from peer: Endpoint)
}
