/// The 12 bytes that make one sealed frame unlike all others.
package struct Nonce: Hashable, Sendable {
    let low: UInt64
    let high: UInt32

    init(low: UInt64, high: UInt32) {
        self.low = low
        self.high = high
    }

    /// The 12 bytes from `offset` on; nil where there are fewer.
    package init?(_ bytes: RawSpan, at offset: Int = 0) {
        guard offset >= 0, bytes.byteCount - offset >= AESGCM.nonceBytes else { return nil }
        self = bytes.withUnsafeBytes { Nonce($0.baseAddress, offset) }
    }

    private init(_ start: UnsafeRawPointer?, _ offset: Int) {
        low = start?.loadUnaligned(fromByteOffset: offset, as: UInt64.self) ?? 0
        high = start?.loadUnaligned(fromByteOffset: offset + 8, as: UInt32.self) ?? 0
    }

    func write(to destination: UnsafeMutableRawPointer) {
        destination.storeBytes(of: low, as: UInt64.self)
        destination.storeBytes(of: high, toByteOffset: 8, as: UInt32.self)
    }
}

/// Random nonces, drawn many at a time, each handed out once.
struct NonceSource {
    private static let drawBytes = 42 * AESGCM.nonceBytes

    private var bytes = [UInt8](repeating: 0, count: drawBytes)
    private var used = drawBytes
    private let fill: @Sendable (UnsafeMutableRawBufferPointer) -> Void

    init(fill: @escaping @Sendable (UnsafeMutableRawBufferPointer) -> Void) {
        self.fill = fill
    }

    mutating func next() -> Nonce {
        if used + AESGCM.nonceBytes > bytes.count {
            bytes.withUnsafeMutableBytes { fill($0) }
            used = 0
        }
        defer { used += AESGCM.nonceBytes }
        return bytes.withUnsafeBytes { buffer in
            Nonce(
                low: buffer.loadUnaligned(fromByteOffset: used, as: UInt64.self),
                high: buffer.loadUnaligned(fromByteOffset: used + 8, as: UInt32.self)
            )
        }
    }
}
