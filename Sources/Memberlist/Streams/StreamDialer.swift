internal import MemberlistWire
internal import NIOCore

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

/// One stream that this node opened. Its promise is fulfilled once, by whatever comes first, and its link is closed
/// then.
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

/// Opens streams, on the loop where streams live, over whatever carries them.
struct StreamDialer: Sendable {
    let loop: any EventLoop
    let room: NIOLoopBound<StreamRoom>
    let connector: any StreamConnector

    /// Connects, sends the content and waits. The result's failures are ``StreamFailure``.
    func dial(
        _ content: StreamContent,
        to endpoint: Endpoint,
        _ receiver: Receiver,
        awaiting: OutboundStream.Awaiting,
        until deadline: NIODeadline
    ) -> OutboundStream {
        let stream = OutboundStream(loop: loop)
        loop.execute { start(stream, content, to: endpoint, receiver, awaiting: awaiting, until: deadline) }
        return stream
    }

    private func start(
        _ stream: OutboundStream,
        _ content: StreamContent,
        to endpoint: Endpoint,
        _ receiver: Receiver,
        awaiting: OutboundStream.Awaiting,
        until deadline: NIODeadline
    ) {
        let room = room.value
        let promise = stream.promise
        guard !room.isClosed else { return stream.cancel() }
        guard let sealed = room.seal(content, .request(to: receiver)) else {
            return promise.fail(StreamFailure.tooLarge)
        }
        room.add(stream)
        let timer = loop.scheduleTask(deadline: deadline) { promise.fail(StreamFailure.timedOut) }
        let request = StreamRequest(
            room: room,
            promise: promise,
            request: sealed,
            peer: endpoint,
            awaiting: awaiting
        )
        let user = NIOLoopBound(request, eventLoop: loop)
        promise.futureResult.whenComplete { _ in
            timer.cancel()
            self.room.value.remove(stream)
            user.value.finish()
        }
        connector.connect(
            to: endpoint,
            named: receiver.name,
            for: user,
            until: deadline,
            orUntil: stream.result
        ).whenFailure { error in promise.fail(Self.failure(error)) }
    }

    /// Whether the transport or the timer is the first to see that the time is over, the word is the same.
    private static func failure(_ error: any Error) -> StreamFailure {
        switch error {
        case MemberlistError.timedOut, ChannelError.connectTimeout: .timedOut
        default: .unreachable
        }
    }
}
