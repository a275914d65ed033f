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
    private var inbound: [ObjectIdentifier: InboundStream] = [:]
    private var outbound: [ObjectIdentifier: OutboundStream] = [:]
    private var exchanges = 0
    private var heldBytes = 0
    private(set) var isClosed = false
    private var emptied: EventLoopPromise<Void>?

    init(shared: NodeShared, handle: DriverHandle, loop: any EventLoop) {
        self.shared = shared
        self.handle = handle
        self.loop = loop
        sealer = shared.layers.streamSealer
    }

    /// Whether there is room for one more stream of a peer's.
    func enter(_ stream: InboundStream) -> Bool {
        guard !isClosed, inbound.count < shared.configuration.streams.maximumInbound else { return false }
        inbound[ObjectIdentifier(stream)] = stream
        return true
    }

    func leave(_ stream: InboundStream) {
        inbound[ObjectIdentifier(stream)] = nil
        if inbound.isEmpty { emptied?.succeed() }
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

    /// Takes bytes from what all streams hold together beyond their allowance.
    func hold(_ bytes: Int) -> Bool {
        guard heldBytes + bytes <= Limits.streamsTogether else { return false }
        heldBytes += bytes
        return true
    }

    func release(_ bytes: Int) {
        heldBytes -= bytes
    }

    /// Whether the record comes for the first time; true, too, where nothing was encrypted.
    func isFresh(_ record: OpenedFrame?) -> Bool {
        guard let record else { return true }
        return replays.admits(record.identity, at: Instant.now.nanoseconds)
    }

    /// Remembers which key a peer answers with.
    func note(_ record: OpenedFrame?, from peer: Endpoint) {
        guard let record else { return }
        let (peers, now) = (shared.keyPeers, Instant.now)
        handle.submit { peers.note(record.keyID, by: peer, at: now, members: $0.snapshot.count) }
    }

    /// Says once what a person can mend.
    func report(_ error: WireError, from peer: Endpoint?) {
        guard let fault = RefusalReport.Fault(error), let peer else { return }
        handle.submit { $0.report(fault, ofStreamFrom: peer.address) }
    }

    /// The message as it goes on the wire; nil where it is too large for a record.
    func seal(_ message: StreamMessage, _ role: StreamRole) -> SealedMessage? {
        var plain: [UInt8] = []
        message.encode(into: &plain)
        var wire: [UInt8] = []
        let nonce: NativeNonce?
        do {
            nonce = try sealer.seal(plain, role, into: &wire)
        } catch {
            shared.log.warning(.streams, "a message is too large for a stream", ["bytes": "\(plain.count)"])
            return nil
        }
        shared.metrics.tcpSent.increment(by: wire.count)
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
