public import MemberlistWire

/// A node's place in an ``InMemoryNetwork``, for one node, once: one that comes back takes a new transport at the same
/// endpoint.
public final class InMemoryTransport: MemberlistTransport {
    /// Where the other nodes of the network reach this one.
    public let endpoint: Endpoint
    private let network: InMemoryNetwork

    init(at endpoint: Endpoint, in network: InMemoryNetwork) {
        self.endpoint = endpoint
        self.network = network
    }

    /// - Throws: ``MemberlistError/bindFailed(_:)`` where a node is there already.
    public func start(_ receiver: any TransportReceiver) async throws -> Endpoint {
        try network.add(receiver, at: endpoint, of: self)
        return endpoint
    }

    /// True, too, where the network loses it.
    public func send(_ datagram: [UInt8], to peer: Endpoint) -> Bool {
        network.send(datagram, from: endpoint, to: peer)
        return true
    }

    /// - Throws: ``MemberlistError/unreachable`` where nobody is there, ``MemberlistError/timedOut`` at the deadline
    ///   where the way is cut.
    public func connect(to peer: Endpoint, until deadline: ContinuousClock.Instant) async throws
        -> any MemberlistStream
    {
        try await network.connect(from: endpoint, to: peer, until: deadline)
    }

    /// When it returns, the endpoint is free.
    public func shutdown() async {
        network.remove(self)
    }
}
