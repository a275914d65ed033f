internal import MemberlistWire
internal import Metrics
internal import NIOCore

/// What this node does with a stream that it opened: it sends one message and reads at most one.
final class StreamRequest: StreamUser {
    private let room: StreamRoom
    private let promise: EventLoopPromise<StreamMessage?>
    private let request: [UInt8]
    private let peer: Endpoint
    private let awaiting: OutboundStream.Awaiting
    private var opener: StreamOpener
    private var link: (any StreamLink)?
    private var isSent = false
    private var isFinished = false

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

    func opened(_ link: any StreamLink, by peer: Endpoint?) {
        guard !isFinished else { return link.close() }
        self.link = link
        room.awaitAnswer(self, from: self.peer)
        room.shared.metrics.tcpConnected.increment()
        link.write(request) { [weak self] isWritten in
            guard let self, isWritten else { return }
            isSent = true
            if awaiting == .close { self.link?.closeOutput() }
        }
    }

    /// Once the promise is fulfilled.
    func finish() {
        isFinished = true
        room.forget(self)
        link?.close()
    }

    func received(_ bytes: RawSpan) {
        guard !isFinished else { return }
        guard room.hold(opener.heldBytes(adding: bytes.byteCount), for: self) else {
            return promise.fail(StreamFailure.refused(.limitExceeded))
        }
        opener.feed(bytes)
        do {
            guard let message = try opener.next(admitting: room.isFresh) else { return }
            room.note(opener.record, from: peer)
            promise.succeed(message)
        } catch {
            promise.fail(StreamFailure.refused(error))
        }
    }

    func inputEnded() {
        link?.close()
    }

    func broke() {
        promise.fail(isSent ? StreamFailure.closed : StreamFailure.unreachable)
    }

    func ended() {
        link = nil
        if awaiting == .close, isSent {
            promise.succeed(nil)
        } else {
            promise.fail(StreamFailure.closed)
        }
    }
}
