internal import MemberlistCore
internal import MemberlistWire
internal import Metrics
internal import NIOCore

/// A message as it goes on the wire, and the nonce that a reply to it is bound to.
struct SealedMessage {
    let bytes: [UInt8]
    let nonce: NativeNonce?
}

/// What all streams of a node share, on the one loop where they live, whatever carries them: bounds, and the nonces
/// of the records that were taken.
final class StreamRoom {
    let shared: NodeShared
    let handle: DriverHandle
    let loop: any EventLoop
    let sealer: StreamSealer
    private var replays = ReplayGuard()
    private var seats = StreamSeats()
    /// What this node's own streams hold of answers: counted apart, so that strangers keep no answer out.
    private var answers = StreamSeats()
    private var inbound: [ObjectIdentifier: InboundStream] = [:]
    private var outbound: [ObjectIdentifier: OutboundStream] = [:]
    private var exchanges = 0
    private(set) var isClosed = false
    private var emptied: EventLoopPromise<Void>?

    init(shared: NodeShared, handle: DriverHandle, loop: any EventLoop) {
        self.shared = shared
        self.handle = handle
        self.loop = loop
        sealer = shared.layers.streamSealer
    }

    /// Whether there is room for one more stream of a peer's, or another one gives way.
    func enter(_ stream: InboundStream, from peer: Endpoint?) -> Bool {
        guard !isClosed else { return false }
        let (maximum, now) = (shared.configuration.streams.maximumInbound, Instant.now.nanoseconds)
        if seats.count >= maximum {
            guard let other = seats.givingWay(to: peer?.address, at: now) else {
                return false
            }
            seats.leave(other)
            inbound.removeValue(forKey: other)?.end()
            shared.metrics.tcpRefused[.full].increment()
        }
        inbound[ObjectIdentifier(stream)] = stream
        seats.take(ObjectIdentifier(stream), from: peer?.address, at: now)
        return true
    }

    func leave(_ stream: InboundStream) {
        inbound[ObjectIdentifier(stream)] = nil
        seats.leave(ObjectIdentifier(stream))
        if inbound.isEmpty { emptied?.succeed() }
    }

    /// The stream has brought its message.
    func settle(_ stream: InboundStream) {
        seats.settle(ObjectIdentifier(stream))
    }

    func add(_ stream: OutboundStream) {
        outbound[ObjectIdentifier(stream)] = stream
    }

    func remove(_ stream: OutboundStream) {
        outbound[ObjectIdentifier(stream)] = nil
    }

    func beginExchange() -> Bool {
        guard exchanges < Limits.exchanges else { return false }
        exchanges += 1
        return true
    }

    func endExchange() {
        exchanges -= 1
    }

    /// Whether the stream may hold so many bytes, its allowance among them.
    func hold(_ bytes: Int, by stream: InboundStream) -> Bool {
        seats.hold(Self.beyondAllowance(bytes), by: ObjectIdentifier(stream))
    }

    func awaitAnswer(_ request: StreamRequest, from peer: Endpoint) {
        answers.take(ObjectIdentifier(request), from: peer.address, at: Instant.now.nanoseconds)
    }

    func forget(_ request: StreamRequest) {
        answers.leave(ObjectIdentifier(request))
    }

    /// Whether so many bytes of an answer may be held, the stream's allowance among them.
    func hold(_ bytes: Int, for request: StreamRequest) -> Bool {
        answers.hold(Self.beyondAllowance(bytes), by: ObjectIdentifier(request))
    }

    private static func beyondAllowance(_ bytes: Int) -> Int { max(0, bytes - Limits.streamAllowance) }

    /// Whether the record comes for the first time.
    func isFresh(_ record: OpenedFrame) -> Bool {
        replays.admits(record.identity, at: Instant.now.nanoseconds)
    }

    /// Remembers which key a peer answers with.
    func note(_ record: OpenedFrame?, from peer: Endpoint) {
        guard let record else {
            guard shared.permissive.isPermissive, shared.layers.keyring != nil else { return }
            return handle.submit { $0.notePermissive(.plaintext, from: peer) }
        }
        let (peers, now) = (shared.keyPeers, Instant.now)
        handle.submit { peers.note(record.keyID, by: peer, at: now, members: $0.snapshot.count) }
    }

    /// Says once what a person can mend.
    func report(_ error: WireError, from peer: Endpoint?) {
        guard let fault = RefusalReport.Fault(error), let peer else { return }
        handle.submit { $0.report(fault, ofStreamFrom: peer.address) }
    }

    /// The message as it goes on the wire; nil where it is too large for a record.
    func seal(_ content: StreamContent, _ role: StreamRole) -> SealedMessage? {
        var wire: [UInt8] = []
        let nonce: NativeNonce?
        do {
            nonce = try sealer.seal(content, role, into: &wire)
        } catch {
            shared.log.warning(
                .streams,
                "a message is too large for a stream",
                ["bytes": "\(content.encodedCount)"]
            )
            return nil
        }
        shared.metrics.tcpSent.increment(by: wire.count)
        if case .state(let state) = content { shared.metrics.sizeLocal.record(state.encodedCount) }
        return SealedMessage(bytes: wire, nonce: nonce)
    }

    /// Closes every stream, and is fulfilled when none of a peer's is left.
    func close() -> EventLoopFuture<Void> {
        isClosed = true
        for stream in outbound.values { stream.cancel() }
        let promise = loop.makePromise(of: Void.self)
        emptied = promise
        if inbound.isEmpty { promise.succeed() }
        for stream in inbound.values { stream.end() }
        return promise.futureResult
    }
}
