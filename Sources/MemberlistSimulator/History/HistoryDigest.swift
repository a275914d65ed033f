internal import Crypto
internal import MemberlistCore

/// One hash of all that happened: equal seeds must give equal ones, on every run and build mode.
struct HistoryDigest {
    private var hash = SHA256()
    private var pending: [UInt8] = []
    private(set) var entries = 0

    private static let batch = 16_384

    init() {
        pending.reserveCapacity(2 * Self.batch)
    }

    /// Adds an entry: what kind, when, who, and the bytes that belong to it.
    mutating func add(_ kind: UInt8, at now: Instant, node: Int, _ bytes: ArraySlice<UInt8>) {
        entries += 1
        pending.append(kind)
        append(UInt64(bitPattern: now.nanoseconds))
        append(UInt64(bitPattern: Int64(node)))
        append(UInt64(bytes.count))
        if bytes.count < Self.batch {
            pending.append(contentsOf: bytes)
            if pending.count >= Self.batch { flush() }
        } else {
            flush()
            bytes.withUnsafeBytes { hash.update(bufferPointer: $0) }
        }
    }

    mutating func add(_ kind: UInt8, at now: Instant, node: Int, _ bytes: [UInt8]) {
        add(kind, at: now, node: node, bytes[...])
    }

    /// The hash so far, in hexadecimal digits.
    var text: String {
        var whole = hash
        whole.update(data: pending)
        return whole.finalize().prefix(16).map { byte in
            let digits = String(byte, radix: 16)
            return digits.count < 2 ? "0" + digits : digits
        }.joined()
    }

    private mutating func append(_ number: UInt64) {
        withUnsafeBytes(of: number.littleEndian) { pending.append(contentsOf: $0) }
    }

    private mutating func flush() {
        hash.update(data: pending)
        pending.removeAll(keepingCapacity: true)
    }
}
