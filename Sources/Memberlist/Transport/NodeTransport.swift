internal import MemberlistWire
internal import NIOCore

/// A transport as the node drives it: taken once, opened, and closed.
///
/// Beside ``MemberlistTransport``, which custom transports implement, because sockets need more than that has: a
/// datagram of theirs is read where it was received, on the node's own loop, and no copy, task or thread stands
/// between. Everything above, the layers and the rules about streams, is the same for both.
protocol NodeTransport: Sendable {
    /// Takes what it needs; where it cannot take all of it, ``close()`` frees what was taken.
    ///
    /// - Returns: Where it listens, and how peers reach it unless that is every address.
    func bind() async throws -> Endpoint
    /// On the node's loop, after ``bind()``.
    func sender() throws -> any DatagramSender
    var connector: any StreamConnector { get }
    /// Whether a datagram can be sent there.
    func reaches(_ address: IPAddress) -> Bool
    /// Whether that is one of the addresses that were bound.
    func listens(at endpoint: Endpoint) -> Bool
    /// Begins to receive.
    func open() async throws
    /// When it returns, all is free. Can be called after any of the others, and once only.
    func close() async
}

/// On the node's loop alone.
protocol DatagramSender: AnyObject {
    /// Takes a datagram and sends it, when it is flushed at the latest. One that is not taken is lost, like one that
    /// the network drops.
    func send(_ datagram: [UInt8], to endpoint: Endpoint, named name: NodeName?) -> Bool
    /// Sends what was taken and waits; returns how many, of all that were taken since the last time, could not be sent.
    func flush() -> Int
    /// Nothing is sent after this.
    func close()
}

/// Opens streams to peers. On the loop of streams alone.
protocol StreamConnector: Sendable {
    /// Connects, and hands the link to its user; what comes of it after the deadline, or after the result is there,
    /// is closed. Fails where nothing could be opened.
    func connect(
        to endpoint: Endpoint,
        named name: NodeName?,
        for user: NIOLoopBound<StreamRequest>,
        until deadline: NIODeadline,
        orUntil result: EventLoopFuture<StreamMessage?>
    ) -> EventLoopFuture<Void>
}
