internal import MemberlistWire
internal import NIOCore
internal import NIOPosix

/// A stream over a socket: NIO's events go to its user, and the user's wishes to NIO.
final class SocketStream: ChannelInboundHandler, StreamLink {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private var user: (any StreamUser)?
    private var context: ChannelHandlerContext?

    init(for user: any StreamUser) {
        self.user = user
    }

    func channelActive(context: ChannelHandlerContext) {
        self.context = context
        user?.opened(self, by: context.remoteAddress.flatMap(Endpoint.init))
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        unwrapInboundIn(data).withUnsafeReadableBytes { user?.received(RawSpan(_unsafeBytes: $0)) }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event as? ChannelEvent == .inputClosed { user?.inputEnded() }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        user?.broke()
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        user?.ended()
        user = nil
        self.context = nil
        context.fireChannelInactive()
    }

    func write(_ bytes: [UInt8], done: @escaping (Bool) -> Void) {
        guard let context else { return done(false) }
        let promise = context.eventLoop.makePromise(of: Void.self)
        promise.futureResult.assumeIsolated().whenComplete { result in
            switch result {
            case .success: done(true)
            case .failure: done(false)
            }
        }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: promise)
    }

    func closeOutput() {
        context?.close(mode: .output, promise: nil)
    }

    func close() {
        context?.close(promise: nil)
    }
}

/// Opens streams over TCP.
struct SocketConnector: StreamConnector {
    func connect(
        to endpoint: Endpoint,
        named _: NodeName?,
        for user: NIOLoopBound<StreamRequest>,
        until deadline: NIODeadline,
        orUntil result: EventLoopFuture<StreamMessage?>
    ) -> EventLoopFuture<Void> {
        ClientBootstrap(group: user.eventLoop)
            .connectTimeout(max(.milliseconds(1), deadline - .now()))
            .channelOption(.socketOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(SocketStream(for: user.value))
                }
            }
            .connect(to: endpoint.socketAddress)
            .map { _ in }
    }
}
