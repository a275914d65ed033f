internal import MemberlistWire
internal import Metrics
internal import NIOCore
internal import NIOPosix

/// Why a stream that this node opened brought nothing.
enum StreamFailure: Error, Hashable, Sendable {
    case unreachable
    /// The peer closed it before its answer.
    case closed
    case refused(WireError)
    case tooLarge
    case timedOut
    case cancelled

    var joinError: JoinError {
        switch self {
        case .unreachable, .tooLarge: .unreachable
        case .closed: .noAnswer
        case .refused(let error): .unreadable(error)
        case .timedOut: .timedOut
        case .cancelled: .cancelled
        }
    }
}

/// One stream that this node opened. Its promise is fulfilled once, by whatever comes first, and its channel is
/// closed then.
final class OutboundStream: Sendable {
    enum Awaiting: Sendable {
        /// One message.
        case reply
        /// The peer's close: it has read everything then.
        case close
    }

    fileprivate let promise: EventLoopPromise<StreamMessage?>

    fileprivate init(loop: any EventLoop) {
        promise = loop.makePromise()
    }

    var result: EventLoopFuture<StreamMessage?> { promise.futureResult }

    func cancel() {
        promise.fail(StreamFailure.cancelled)
    }
}

/// Opens streams, on the loop where streams live.
struct StreamDialer: Sendable {
    let loop: any EventLoop
    let room: NIOLoopBound<StreamRoom>

    /// Connects, sends the message and waits. The result's failures are ``StreamFailure``.
    func dial(
        _ message: StreamMessage,
        to endpoint: Endpoint,
        _ receiver: Receiver,
        awaiting: OutboundStream.Awaiting,
        until deadline: NIODeadline
    ) -> OutboundStream {
        let stream = OutboundStream(loop: loop)
        loop.execute { start(stream, message, to: endpoint, receiver, awaiting: awaiting, until: deadline) }
        return stream
    }

    private func start(
        _ stream: OutboundStream,
        _ message: StreamMessage,
        to endpoint: Endpoint,
        _ receiver: Receiver,
        awaiting: OutboundStream.Awaiting,
        until deadline: NIODeadline
    ) {
        let room = room.value
        let promise = stream.promise
        guard !room.isClosed else { return stream.cancel() }
        guard let request = room.seal(message, .request(to: receiver)) else {
            return promise.fail(StreamFailure.tooLarge)
        }
        room.add(stream)
        let timer = loop.scheduleTask(deadline: deadline) { promise.fail(StreamFailure.timedOut) }
        promise.futureResult.whenComplete { _ in
            timer.cancel()
            self.room.value.remove(stream)
        }
        let remaining = max(.milliseconds(1), deadline - .now())
        ClientBootstrap(group: loop)
            .connectTimeout(remaining)
            .channelOption(.socketOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let handler = OutboundStreamHandler(
                        room: self.room.value,
                        promise: promise,
                        request: request,
                        peer: endpoint,
                        awaiting: awaiting
                    )
                    try channel.pipeline.syncOperations.addHandler(handler)
                }
            }
            .connect(to: endpoint.socketAddress)
            .whenComplete { result in
                switch result {
                case .failure: promise.fail(StreamFailure.unreachable)
                case .success(let channel):
                    promise.futureResult.whenComplete { _ in channel.close(promise: nil) }
                }
            }
    }
}

/// Sends one message and reads at most one.
private final class OutboundStreamHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let room: StreamRoom
    private let promise: EventLoopPromise<StreamMessage?>
    private let request: ByteBuffer
    private let peer: Endpoint
    private let awaiting: OutboundStream.Awaiting
    private var opener: StreamOpener
    private var isSent = false

    init(
        room: StreamRoom,
        promise: EventLoopPromise<StreamMessage?>,
        request: SealedMessage,
        peer: Endpoint,
        awaiting: OutboundStream.Awaiting
    ) {
        self.room = room
        self.promise = promise
        self.request = request.bytes
        self.peer = peer
        self.awaiting = awaiting
        opener = room.shared.layers.streamOpener(.reply(to: request.nonce))
    }

    func channelActive(context: ChannelHandlerContext) {
        room.shared.metrics.tcpConnected.increment()
        let written = context.eventLoop.makePromise(of: Void.self)
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        written.futureResult.assumeIsolated().whenSuccess { [weak self] in
            self?.isSent = true
            if self?.awaiting == .close { bound.value.close(mode: .output, promise: nil) }
        }
        context.writeAndFlush(wrapOutboundOut(request), promise: written)
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        unwrapInboundIn(data).withUnsafeReadableBytes { opener.feed(RawSpan(_unsafeBytes: $0)) }
        do {
            guard let message = try opener.next(admitting: room.isFresh) else { return }
            room.note(opener.record, from: peer)
            promise.succeed(message)
        } catch {
            promise.fail(StreamFailure.refused(error))
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        if awaiting == .close, isSent {
            promise.succeed(nil)
        } else {
            promise.fail(StreamFailure.closed)
        }
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        promise.fail(isSent ? StreamFailure.closed : StreamFailure.unreachable)
        context.close(promise: nil)
    }
}
