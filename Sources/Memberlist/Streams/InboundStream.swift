internal import MemberlistCore
internal import MemberlistWire
internal import Metrics
internal import NIOCore

/// One stream that a peer opened: one message in, at most one answer out.
///
/// A peer that has not authenticated gets no byte back, holds little memory, and is gone in two seconds unless it
/// is in the middle of sending a record that can only be checked as a whole.
final class InboundStream: StreamUser {
    private enum Phase { case reading, answering, closing }

    private let room: StreamRoom
    private var opener: StreamOpener
    private var phase = Phase.reading
    private var link: (any StreamLink)?
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

    func opened(_ link: any StreamLink, by peer: Endpoint?) {
        self.peer = peer
        guard isAllowed else { return link.close() }
        guard room.enter(self, from: peer) else {
            room.shared.metrics.tcpRefused[.full].increment()
            return link.close()
        }
        self.link = link
        hasEntered = true
        room.shared.metrics.tcpAccepted.increment()
        let timeout = room.shared.configuration.streams.timeout
        schedule(in: .nanoseconds(timeout.wholeNanoseconds)) { $0.end() }
        began = .now()
        endWhenSilent(in: Self.patience)
    }

    /// Whether the peer is inside the networks that are allowed.
    private var isAllowed: Bool {
        guard let address = peer?.address, !room.shared.allows(address) else { return true }
        room.shared.metrics.tcpRefused[.network].increment()
        room.shared.log.debug(.refusedStream, "stream from outside allowedNetworks", ["from": "\(address)"])
        return false
    }

    func ended() {
        link = nil
        if inExchange { room.endExchange() }
        for timer in timers { timer.cancel() }
        timers = []
        if hasEntered { room.leave(self) }
    }

    func received(_ bytes: RawSpan) {
        guard phase == .reading, hasEntered else { return }
        progress += bytes.byteCount
        if progress >= Limits.streamProgress { (progress, began) = (0, .now()) }
        guard room.hold(opener.heldBytes(adding: bytes.byteCount), by: self) else {
            return refuse(.limitExceeded, for: .full)
        }
        opener.feed(bytes)
        do {
            let message = try opener.next(admitting: room.isFresh)
            _ = room.hold(opener.heldBytes(), by: self)
            guard let message else { return }
            notePermissive()
            take(message)
        } catch {
            refuse(error)
        }
    }

    func inputEnded() {
        // The peer has nothing more to say; it may still wait for the answer.
        if phase == .reading { give(up: .truncated) }
    }

    func broke() {
        end()
    }

    private func notePermissive() {
        guard room.shared.permissive.isPermissive, let address = peer?.address else { return }
        let isPlain = room.shared.layers.keyring != nil && opener.record == nil
        let isOther = opener.otherLabel != nil
        guard isPlain || isOther else { return }
        room.handle.submit { driver in
            if isPlain { driver.notePermissiveStream(.plaintext, from: address) }
            if isOther { driver.notePermissiveStream(.otherLabel, from: address) }
        }
    }

    private func take(_ message: StreamMessage) {
        room.settle(self)
        switch message {
        case .ping(let ping):
            let isMeant = ping.node.isEmpty || ping.node == room.shared.configuration.name
            guard isMeant else { return end() }
            write(.message(.ack(Ack(sequence: ping.sequence))))
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
        room.shared.metrics.sizeRemote.record(opener.messageBytes)
        guard link != nil, room.beginExchange() else { return give(up: .full) }
        inExchange = true
        phase = .answering
        let reply = StreamReply(stream: NIOLoopBound(self, eventLoop: room.loop))
        room.handle.submit { [peer] in $0.offer(state, from: peer, answering: reply) }
    }

    func answer(_ state: LocalState) {
        guard phase == .answering else { return }
        write(.state(state))
    }

    private func give(up reason: RefusedReason) {
        room.shared.metrics.tcpRefused[reason].increment()
        end()
    }

    func end() {
        phase = .closing
        link?.close()
    }

    private func write(_ content: StreamContent) {
        phase = .closing
        guard let link, let reply = room.seal(content, .reply(opener.dialect)) else { return end() }
        link.write(reply.bytes) { [weak self] _ in self?.end() }
    }

    /// - Parameter reason: Where it is this node's own want of room.
    private func refuse(_ error: WireError, for reason: RefusedReason? = nil) {
        if let reason {
            room.shared.metrics.tcpRefused[reason].increment()
        } else {
            room.shared.metrics.countRefusedStream(error)
        }
        room.report(error, from: peer)
        let from = peer.map { "\($0)" } ?? "?"
        room.shared.log.info(.refusedStream, "stream refused", ["from": "\(from)", "error": "\(error)"])
        // HashiCorp answers what it could not read with an err message. Under encryption that would be an
        // answer to a stranger; and a peer of another cluster is one anyway.
        let isStranger = [.labelMismatch, .malformedLabel].contains(error)
        guard room.shared.layers.keyring == nil, !isStranger else { return end() }
        write(.message(.error("\(error)")))
    }

    private func endWhenSilent(in delay: TimeAmount) {
        schedule(in: delay) { stream in
            guard stream.phase == .reading else { return }
            let left = stream.began + Self.patience - .now()
            guard left > .zero else { return stream.give(up: .silent) }
            stream.endWhenSilent(in: left)
        }
    }

    private func schedule(in delay: TimeAmount, _ work: @escaping (InboundStream) -> Void) {
        guard link != nil else { return }
        timers.append(room.loop.assumeIsolated().scheduleTask(in: delay) { [weak self] in self.map(work) })
    }
}

/// The way back to a stream that waits for this node's state.
struct StreamReply: Sendable {
    fileprivate let stream: NIOLoopBound<InboundStream>

    func answer(_ state: LocalState) {
        stream.eventLoop.execute { stream.value.answer(state) }
    }

    func refuse() {
        stream.eventLoop.execute { stream.value.end() }
    }
}
