/// Buffers of payloads that were sent, for the next ones: at a steady state a datagram allocates none.
struct PayloadPool: Sendable {
    /// A batch of datagrams that are answered together, or a round's; what a burst needed is given back after it.
    private static let capacity = 16
    private var buffers: [[UInt8]] = []

    /// An empty buffer.
    mutating func take() -> [UInt8] {
        guard var buffer = buffers.popLast() else { return [] }
        buffer.removeAll(keepingCapacity: true)
        return buffer
    }

    mutating func put(_ buffer: consuming [UInt8]) {
        if buffers.count < Self.capacity { buffers.append(buffer) }
    }
}
