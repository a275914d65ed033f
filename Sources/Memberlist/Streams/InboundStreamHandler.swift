internal import MemberlistCore
internal import MemberlistWire
internal import Metrics
internal import NIOCore

/// One stream that a peer opened: one message in, at most one answer out.
///
/// A peer that has not authenticated gets no byte back, holds little memory, and is gone in two seconds unless it
/// is in the middle of sending a record that can only be checked as a whole.
final class InboundStreamHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private enum Phase { case reading, answering, closing }

    private let room: StreamRoom
    private var opener: StreamOpener
    private var phase = Phase.reading
    private var context: ChannelHandlerContext?
    private var peer: Endpoint?
    private var hasEntered = false
    private var inExchange = false
    private var timers: [Scheduled<Void>] = []
    /// Bytes received since the time to deliver began, the last time.
    private var progress = 0
    private var began = NIODeadline.now()

    private static let patience = TimeAmount.seconds(Limits.streamSeconds)

    init(room: StreamRoom) {
        self.room = room
        opener = room.shared.layers.streamOpener(.inbound)
    }

    func channelActive(context: ChannelHandlerContext) {
        peer = context.remoteAddress.flatMap(Endpoint.init)
        guard room.enter(context.channel, from: peer) else {
            room.shared.metrics.tcpRefused.increment()
            return context.close(promise: nil)
        }
        self.context = context
        hasEntered = true
        room.shared.metrics.tcpAccepted.increment()
        let timeout = room.shared.configuration.streams.timeout
        schedule(in: .nanoseconds(timeout.wholeNanoseconds)) { $0.end() }
        began = .now()
        endWhenSilent(in: Self.patience)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        if hasEntered { room.leave(context.channel) }
        if inExchange { room.endExchange() }
        for timer in timers { timer.cancel() }
        timers = []
        self.context = nil
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard phase == .reading else { return }
        let buffer = unwrapInboundIn(data)
        progress += buffer.readableBytes
        if progress >= Limits.streamProgress { (progress, began) = (0, .now()) }
        guard hold(opener.heldBytes(adding: buffer.readableBytes)) else { return refuse(.limitExceeded) }
        buffer.withUnsafeReadableBytes { opener.feed(RawSpan(_unsafeBytes: $0)) }
        do {
            let message = try opener.next(admitting: room.isFresh)
            _ = hold(opener.heldBytes())
            if let message { take(message) }
        } catch {
            refuse(error)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // The peer has nothing more to say; it may still wait for the answer.
        if event as? ChannelEvent == .inputClosed, phase == .reading { end() }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private func take(_ message: StreamMessage) {
        if let context { room.settle(context.channel) }
        switch message {
        case .ping(let ping):
            let isMeant = ping.node.isEmpty || ping.node == room.shared.configuration.name
            guard isMeant else { return end() }
            write(.ack(Ack(sequence: ping.sequence)))
        case .user(let payload):
            let sender = peer
            room.handle.submit { driver in
                if let sender { driver.deliver(payload, from: sender) }
            }
            end()
        case .pushPull(let state):
            offer(state)
        case .error(let text):
            room.shared.log.info(
                .streams,
                "a peer could not read a message",
                ["peer-says": "\(text.prefix(200))"]
            )
            end()
        case .ack:
            end()
        }
    }

    private func offer(_ state: PushPull) {
        guard let context, room.beginExchange() else { return end() }
        inExchange = true
        phase = .answering
        let reply = StreamReply(
            loop: context.eventLoop,
            handler: NIOLoopBound(self, eventLoop: context.eventLoop)
        )
        room.handle.submit { [peer] in $0.offer(state, from: peer, answering: reply) }
    }

    func answer(_ state: PushPull) {
        guard phase == .answering else { return }
        write(.pushPull(state))
    }

    func end() {
        phase = .closing
        context?.close(promise: nil)
    }

    private func write(_ message: StreamMessage) {
        phase = .closing
        guard let context, let reply = room.seal(message, .reply(opener.dialect)) else { return end() }
        let promise = context.eventLoop.makePromise(of: Void.self)
        promise.futureResult.assumeIsolated().whenComplete { [weak self] _ in self?.end() }
        context.writeAndFlush(wrapOutboundOut(reply.bytes), promise: promise)
    }

    private func refuse(_ error: WireError) {
        room.shared.metrics.tcpRefused.increment()
        room.report(error, from: peer)
        let from = peer.map { "\($0)" } ?? "?"
        room.shared.log.info(.refusedStream, "stream refused", ["from": "\(from)", "error": "\(error)"])
        // HashiCorp answers what it could not read with an err message. Under encryption that would be an
        // answer to a stranger; and a peer of another cluster is one anyway.
        let isStranger = [.labelMismatch, .malformedLabel].contains(error)
        guard room.shared.layers.keyring == nil, !isStranger else { return end() }
        write(.error("\(error)"))
    }

    private func hold(_ bytes: Int) -> Bool {
        guard let context else { return false }
        return room.hold(max(0, bytes - Limits.streamAllowance), by: context.channel)
    }

    private func endWhenSilent(in delay: TimeAmount) {
        schedule(in: delay) { handler in
            guard handler.phase == .reading else { return }
            let left = handler.began + Self.patience - .now()
            guard left > .zero else { return handler.end() }
            handler.endWhenSilent(in: left)
        }
    }

    private func schedule(in delay: TimeAmount, _ work: @escaping (InboundStreamHandler) -> Void) {
        guard let loop = context?.eventLoop.assumeIsolated() else { return }
        timers.append(loop.scheduleTask(in: delay) { [weak self] in self.map(work) })
    }
}

/// The way back to a stream that waits for this node's state.
struct StreamReply: Sendable {
    fileprivate let loop: any EventLoop
    fileprivate let handler: NIOLoopBound<InboundStreamHandler>

    func answer(_ state: PushPull) {
        loop.execute { handler.value.answer(state) }
    }

    func refuse() {
        loop.execute { handler.value.end() }
    }
}
