import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import Memberlist

// Sockets of tests, which speak no protocol.

/// Takes what arrives at a raw socket, and never answers.
final class Inbox: ChannelInboundHandler, Sendable {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>
    let arrived = AsyncStream<[UInt8]>.makeStream()
    private let counted = Atomic(0)

    /// How many have arrived so far.
    var count: Int { counted.load(ordering: .relaxed) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        counted.add(1, ordering: .relaxed)
        arrived.continuation.yield(Array(unwrapInboundIn(data).data.readableBytesView))
    }
}

/// A port that accepts connections and never says a word.
final class SilentPort: Sendable {
    private let counted = Atomic(0)
    private let listening = Mutex<(any Channel)?>(nil)

    /// How many were accepted so far.
    var count: Int { counted.load(ordering: .relaxed) }
    var port: Int { listening.withLock { $0?.localAddress?.port } ?? 0 }

    static func open(host: String = "127.0.0.1") async throws -> SilentPort {
        let silent = SilentPort()
        let channel = try await bindStream(0, host: host) { silent.counted.add(1, ordering: .relaxed) }
        silent.listening.withLock { $0 = channel }
        return silent
    }

    func close() async throws { try await listening.withLock { $0 }?.close() }
}

func bindStream(
    _ port: Int,
    host: String = "127.0.0.1",
    accepted: @escaping @Sendable () -> Void = {}
) async throws -> any Channel {
    try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .childChannelOption(.allowRemoteHalfClosure, value: true)
        .childChannelInitializer { channel in
            accepted()
            return channel.eventLoop.makeSucceededVoidFuture()
        }
        .withBoundSocket(bindSocket(.stream, port, host)).get()
}

func bindDatagram(_ port: Int, host: String = "127.0.0.1", inbox: Inbox? = nil) async throws -> any Channel {
    try await DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .channelInitializer { channel in
            guard let inbox else { return channel.eventLoop.makeSucceededVoidFuture() }
            return channel.pipeline.addHandler(inbox)
        }
        .withBoundSocket(bindSocket(.datagram, port, host)).get()
}

/// Not bound by NIO: the programs that other tests start at the same time would inherit the port.
func bindSocket(_ kind: BoundSocket.Kind, _ port: Int, _ host: String) throws -> CInt {
    let address = try #require(IPAddress(host))
    return try BoundSocket.make(kind, at: Endpoint(address: address, port: UInt16(port)))
}
