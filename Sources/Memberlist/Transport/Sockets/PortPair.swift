package import MemberlistWire
package import NIOCore
internal import NIOPosix

/// One address with one port number, bound for streams and datagrams both.
package struct PortPair: Sendable {
    package let server: any Channel
    /// Of the datagram socket.
    package let descriptor: CInt
    package let bound: Endpoint
    let reach: Reach

    /// Which addresses a socket can send to.
    struct Reach: Sendable {
        let isIPv4: Bool
        /// IPv4 addresses too, in their mapped form.
        let takesMapped: Bool

        func contains(_ address: IPAddress) -> Bool {
            isIPv4 == address.isIPv4 || takesMapped
        }
    }

    /// How often another number is tried where the system's choice is taken at another address, or for datagrams.
    private static let attempts = 16

    /// Binds one number at all the addresses, that of the first; where it is 0, one that is free at all of them.
    /// Nothing is accepted yet.
    ///
    /// - Throws: ``MemberlistError/bindFailed(_:)``; then none is bound.
    package static func bind(
        _ endpoints: [Endpoint],
        on loop: any EventLoop,
        children: any EventLoop,
        initializer: @escaping @Sendable (any Channel) -> EventLoopFuture<Void>
    ) async throws -> [PortPair] {
        let bootstrap = try bootstrap(on: loop, children: children, initializer: initializer)
        // Else the IPv6 socket for every address has taken the IPv4 ones as well.
        let isMixed = endpoints.contains { $0.address.isIPv4 }
        var attempt = 1
        while true {
            var pairs: [PortPair] = []
            do {
                for endpoint in endpoints {
                    var wanted = endpoint
                    wanted.port = pairs.first?.bound.port ?? endpoint.port
                    pairs.append(try await bind(wanted, onlyItsFamily: isMixed, with: bootstrap))
                }
                return pairs
            } catch {
                for pair in pairs { await pair.release() }
                guard endpoints[0].port == 0, attempt < attempts else { throw error }
                attempt += 1
            }
        }
    }

    private static func bind(
        _ endpoint: Endpoint,
        onlyItsFamily: Bool,
        with bootstrap: ServerBootstrap
    ) async throws(MemberlistError) -> PortPair {
        let server: any Channel
        let listening = try BoundSocket.make(.stream, at: endpoint, onlyItsFamily: onlyItsFamily)
        do {
            server = try await bootstrap.withBoundSocket(listening).get()
            BoundSocket.lengthenQueue(of: listening)
        } catch {
            throw .bindFailed("\(endpoint)/tcp: \(error)")
        }
        do {
            var bound = endpoint
            bound.port = UInt16(server.localAddress?.port ?? 0)
            let descriptor = try BoundSocket.make(.datagram, at: bound, onlyItsFamily: onlyItsFamily)
            // HashiCorp asks for as much.
            BoundSocket.setReceiveBuffer(2 * 1024 * 1024, of: descriptor)
            let isIPv4 = bound.address.isIPv4
            let takesMapped = !isIPv4 && bound.address.isUnspecified && !onlyItsFamily
            let reach = Reach(isIPv4: isIPv4, takesMapped: takesMapped)
            return PortPair(server: server, descriptor: descriptor, bound: bound, reach: reach)
        } catch {
            try? await server.close()
            throw error
        }
    }

    /// Before NIO has taken the datagram socket.
    private func release() async {
        BoundSocket.close(descriptor)
        try? await server.close()
    }

    private static func bootstrap(
        on loop: any EventLoop,
        children: any EventLoop,
        initializer: @escaping @Sendable (any Channel) -> EventLoopFuture<Void>
    ) throws(MemberlistError) -> ServerBootstrap {
        guard let validated = ServerBootstrap(validatingGroup: loop, childGroup: children) else {
            throw .bindFailed("the event loop group is not one of NIOPosix")
        }
        return
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
    }

    /// Starts to read datagrams.
    ///
    /// - Parameter room: Where they are read.
    package static func open(
        _ descriptor: CInt,
        on loop: any EventLoop,
        room: ReadingRoom,
        initializer: @escaping @Sendable (any Channel) -> EventLoopFuture<Void>
    ) async throws -> any Channel {
        try await DatagramBootstrap(group: loop)
            .channelOption(.datagramVectorReadMessageCount, value: room.batch)
            // One call reads a batch; another would mostly find nothing.
            .channelOption(.maxMessagesPerRead, value: 1)
            .channelOption(.recvAllocator, value: room.allocator)
            .channelInitializer(initializer)
            .withBoundSocket(descriptor)
            .get()
    }
}
