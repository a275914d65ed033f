public import MemberlistWire

extension Memberlist {
    /// Changes this node's metadata and tells the cluster. Returns once it is queued. A node that has left
    /// keeps its old metadata.
    ///
    /// - Throws: ``MemberlistError/metaTooLong(size:limit:)`` above
    ///   ``MemberlistConfiguration/metaLimit``,
    ///   ``MemberlistError/shutDown``.
    public func updateMeta(_ meta: [UInt8]) async throws {
        try await node.updateMeta(meta)
    }

    /// Asks the delegate's ``MemberlistDelegate/metadata(limit:)`` for this node's metadata, and tells the cluster.
    /// Without a delegate, or where that says nil, nothing changes.
    ///
    /// - Throws: ``MemberlistError/timedOut`` after ``MemberlistConfiguration/hookTimeout``,
    ///   ``MemberlistError/metaTooLong(size:limit:)``, ``MemberlistError/shutDown``.
    public func updateMeta() async throws {
        try await node.updateMeta()
    }

    /// Sends a datagram to a member's application: best effort, it may be lost.
    ///
    /// - Throws: ``MemberlistError/unknownMember(_:)``, ``MemberlistError/messageTooLarge(size:limit:)``,
    ///   ``MemberlistError/messageEmpty``, ``MemberlistError/shutDown``.
    public func send(_ payload: [UInt8], to name: NodeName) async throws {
        try await node.send(payload, to: name)
    }

    /// Sends bytes to a member's application over a stream. Returns once the member's system has taken them
    /// all; the protocol has no answer that says the application has.
    ///
    /// - Parameters:
    ///   - payload: 1 byte to 20 MiB; with a keyring, the few bytes less that a sealed record takes for itself.
    ///   - name: A live member, this node too.
    ///   - timeout: Nil: ``MemberlistConfiguration/Streams/timeout``.
    /// - Throws: ``MemberlistError/unknownMember(_:)``, ``MemberlistError/messageTooLarge(size:limit:)``,
    ///   ``MemberlistError/messageEmpty``, ``MemberlistError/unreachable``, ``MemberlistError/timedOut``,
    ///   ``MemberlistError/shutDown``, `CancellationError`.
    public func sendReliably(_ payload: [UInt8], to name: NodeName, timeout: Duration? = nil) async throws {
        try await node.sendReliably(payload, to: name, timeout: timeout)
    }

    /// Sends a datagram to an address, whether or not a member listens there: best effort, it may be lost.
    ///
    /// - Throws: ``MemberlistError/messageTooLarge(size:limit:)``, ``MemberlistError/messageEmpty``,
    ///   ``MemberlistError/shutDown``.
    public func send(_ payload: [UInt8], to endpoint: Endpoint) async throws {
        try await node.send(payload, to: endpoint)
    }

    /// Sends bytes over a stream to an address, whether or not a member listens there; else as
    /// `sendReliably`.
    ///
    /// - Throws: ``MemberlistError/messageTooLarge(size:limit:)``, ``MemberlistError/messageEmpty``,
    ///   ``MemberlistError/unreachable``, ``MemberlistError/timedOut``, ``MemberlistError/shutDown``,
    ///   `CancellationError`.
    public func sendReliably(_ payload: [UInt8], to endpoint: Endpoint, timeout: Duration? = nil) async throws
    {
        try await node.sendReliably(payload, to: endpoint, timeout: timeout)
    }

    /// What this node's answers to pings carry from now on; nothing at first. It is kept and sent along with each
    /// answer, so it costs no question to the application, and may be somewhat old. Members of this project and of
    /// HashiCorp's hand it to their applications with the round-trip time; whoever may ping this node can read it,
    /// and without keys that is anybody, who can also have it sent to an address of his choice: keep it small. Each
    /// byte is one less for news in the same datagram.
    ///
    /// - Throws: ``MemberlistError/messageTooLarge(size:limit:)`` above ``pingPayloadLimit``,
    ///   ``MemberlistError/shutDown``.
    public func setPingPayload(_ payload: [UInt8]) async throws {
        try await node.setPingPayload(payload)
    }

    /// The bytes that ``setPingPayload(_:)`` takes: what fits one datagram with the answer.
    public var pingPayloadLimit: Int { node.shared.pingPayloadLimit }

    /// Pings a member with datagrams, and returns the round trip.
    ///
    /// - Parameters:
    ///   - name: A live member.
    ///   - timeout: ``MemberlistConfiguration/Probe/timeout`` where it is nil or longer.
    /// - Throws: ``MemberlistError/unknownMember(_:)``, ``MemberlistError/timedOut``,
    ///   ``MemberlistError/shutDown``, `CancellationError`.
    public func ping(_ name: NodeName, timeout: Duration? = nil) async throws -> Duration {
        try await node.ping(name, timeout: timeout)
    }

    /// The same, of a node that need not be a member: whether one of that name, with this node's label and keys, answers
    /// there. News travel with pings and answers, as between members, so the two may hear of each other's clusters by
    /// it: ask only where it would be right to join.
    ///
    /// - Parameters:
    ///   - name: Whoever has another name stays silent.
    ///   - endpoint: Where it listens.
    ///   - timeout: ``MemberlistConfiguration/Probe/timeout`` where it is nil or longer.
    /// - Throws: ``MemberlistError/timedOut``, ``MemberlistError/shutDown``, `CancellationError`.
    public func ping(_ name: NodeName, at endpoint: Endpoint, timeout: Duration? = nil) async throws
        -> Duration
    {
        try await node.ping(name, at: endpoint, timeout: timeout)
    }
}
