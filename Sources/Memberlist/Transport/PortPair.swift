internal import MemberlistWire
internal import NIOCore
internal import NIOPosix

/// Binds one port number for streams and datagrams both.
struct PortPair {
    let server: any Channel
    let socket: DatagramSocket
    let bound: Endpoint

    /// How often another number is tried where the system's choice for streams is taken for datagrams.
    private static let attempts = 16

    /// Neither side accepts anything yet.
    ///
    /// - Throws: ``MemberlistError/bindFailed(_:)``; then neither is bound.
    static func bind(
        _ endpoint: Endpoint,
        on loop: any EventLoop,
        children: any EventLoop,
        initializer: @escaping @Sendable (any Channel) -> EventLoopFuture<Void>
    ) async throws -> sending PortPair {
        guard let validated = ServerBootstrap(validatingGroup: loop, childGroup: children) else {
            throw MemberlistError.bindFailed("the event loop group is not one of NIOPosix")
        }
        let bootstrap =
            validated
            .serverChannelOption(.autoRead, value: false)
            .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            // Each connection keeps what it reads into for as long as it lives.
            .childChannelOption(
                .recvAllocator,
                value: AdaptiveRecvByteBufferAllocator(
                    minimum: 1_024,
                    initial: 2_048,
                    maximum: Limits.streamRead
                )
            )
            .childChannelInitializer(initializer)
        for attempt in 1...attempts {
            let server: any Channel
            do {
                let descriptor = try BoundSocket.make(.stream, at: endpoint)
                server = try await bootstrap.withBoundSocket(descriptor).get()
                BoundSocket.lengthenQueue(of: descriptor)
            } catch let error as MemberlistError {
                throw error
            } catch {
                throw MemberlistError.bindFailed("\(endpoint)/tcp: \(error)")
            }
            do {
                var bound = endpoint
                bound.port = UInt16(server.localAddress?.port ?? 0)
                return PortPair(server: server, socket: try DatagramSocket(bound), bound: bound)
            } catch {
                try? await server.close()
                if endpoint.port != 0 || attempt == attempts { throw error }
            }
        }
        throw MemberlistError.bindFailed("\(endpoint): no port is free for both streams and datagrams")
    }

    /// Starts to read datagrams.
    static func open(
        _ descriptor: CInt,
        on loop: any EventLoop,
        initializer: @escaping @Sendable (any Channel) -> EventLoopFuture<Void>
    ) async throws -> any Channel {
        try await DatagramBootstrap(group: loop)
            .channelOption(.datagramVectorReadMessageCount, value: batch)
            // Room for the largest datagram that there is: whatever is longer than its share of the buffer is
            // cut, and HashiCorp's nodes may be configured to send up to 65,507 bytes. The buffer is used
            // again and only the pages that datagrams touch are ever resident, so the room costs nothing.
            .channelOption(
                .recvAllocator,
                value: FixedSizeRecvByteBufferAllocator(capacity: batch * 65_536)
            )
            .channelInitializer(initializer)
            .withBoundSocket(descriptor)
            .get()
    }

    private static let batch = 16
}
