internal import MemberlistWire
internal import Metrics
internal import NIOCore
internal import Synchronization

/// Datagrams of a custom transport, from whatever thread they come, on their way to the node's loop: so many bytes at
/// most, like a socket's receive buffer, and what does not fit is lost.
final class DatagramMailbox: Sendable {
    private struct State {
        var isOpen = false
        var isDraining = false
        var waiting: [(datagram: [UInt8], sender: Endpoint)] = []
        /// The array that was drained last, to be filled again.
        var spare: [(datagram: [UInt8], sender: Endpoint)] = []
        var bytes = 0
    }

    private let loop: any EventLoop
    private let reader: NIOLoopBound<DatagramReader>
    private let metrics: NodeMetrics
    private let state = Mutex(State())

    /// What one that waits counts beside its bytes, so that one batch is some thousands at most.
    private static let overhead = 512

    init(reader: NIOLoopBound<DatagramReader>, metrics: NodeMetrics) {
        loop = reader.eventLoop
        self.reader = reader
        self.metrics = metrics
    }

    func open() {
        state.withLock { $0.isOpen = true }
    }

    func receive(_ datagram: [UInt8], from sender: Endpoint) {
        guard datagram.count <= Limits.largestDatagram else { return metrics.udpDropped.increment() }
        let (isTaken, isFirst) = state.withLock { state in
            let bytes = state.bytes + datagram.count + Self.overhead
            guard state.isOpen, bytes <= Limits.waitingDatagramBytes else { return (!state.isOpen, false) }
            state.bytes = bytes
            state.waiting.append((datagram, sender))
            defer { state.isDraining = true }
            return (true, !state.isDraining)
        }
        if !isTaken { metrics.udpDropped.increment() }
        if isFirst { loop.execute { self.drain() } }
    }

    /// One batch; another turn of the loop takes what has come meanwhile, so that timers have theirs.
    private func drain() {
        var batch = state.withLock { state in
            defer { (state.waiting, state.spare, state.bytes) = (state.spare, [], 0) }
            return state.waiting
        }
        let reader = reader.value
        for (datagram, sender) in batch { reader.receive(datagram.span.bytes, from: sender) }
        reader.endBatch()
        batch.removeAll(keepingCapacity: true)
        let isMore = state.withLock { state in
            state.spare = batch
            state.isDraining = !state.waiting.isEmpty
            return state.isDraining
        }
        if isMore { loop.execute { self.drain() } }
    }

    /// Takes nothing any more, and waits until what was taken is gone.
    func close() async {
        state.withLock { state in
            state.isOpen = false
            (state.waiting, state.spare, state.bytes) = ([], [], 0)
        }
        try? await loop.submit {}.get()
    }
}
