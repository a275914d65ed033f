/// 16 random bytes, as they stand on the wire.
struct SessionID: Hashable, Sendable {
    let high: UInt64
    let low: UInt64
}

/// The 24 bytes that make one native frame unlike all others: `session (16) | counter (8, big-endian)`.
package struct NativeNonce: Hashable, Sendable {
    static let byteCount = 24

    let session: SessionID
    let counter: UInt64

    init(session: SessionID, counter: UInt64) {
        self.session = session
        self.counter = counter
    }

    /// For tests alone; nil for any but 16 bytes.
    package init?(session: [UInt8], counter: UInt64) {
        guard session.count == 16 else { return nil }
        self.init(
            session: session.withUnsafeBytes { $0.loadUnaligned(as: SessionID.self) },
            counter: counter
        )
    }

    /// Reads 24 bytes.
    init(at start: UnsafeRawPointer) {
        session = start.loadUnaligned(as: SessionID.self)
        counter = UInt64(bigEndian: start.loadUnaligned(fromByteOffset: 16, as: UInt64.self))
    }

    /// Writes 24 bytes.
    func write(to destination: UnsafeMutableRawPointer) {
        destination.storeBytes(of: session, as: SessionID.self)
        destination.storeBytes(of: counter.bigEndian, toByteOffset: 16, as: UInt64.self)
    }
}
