#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The bytes of one field of a message: a slice of the datagram or record it was read from, or bytes of
/// its own.
///
/// Reading a message copies nothing: a slice keeps the buffer it points into alive. Whoever keeps a value
/// for longer than the datagram at hand takes an ``owned()`` copy, so that the buffer can be used again.
package struct WireBytes: Sendable {
    package let bytes: ArraySlice<UInt8>
    /// Whether HashiCorp's encoder held a nil slice here: written as `c0`, where an empty one is `a0`.
    /// The two compare equal.
    package let isNull: Bool

    package static var null: WireBytes { WireBytes(bytes: [], isNull: true) }

    package init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        self.isNull = false
    }

    package init(_ bytes: [UInt8]) {
        self.init(bytes[...])
    }

    private init(bytes: ArraySlice<UInt8>, isNull: Bool) {
        self.bytes = bytes
        self.isNull = isNull
    }

    package var count: Int { bytes.count }
    package var isEmpty: Bool { bytes.isEmpty }

    /// The same bytes in a buffer that holds nothing else.
    package func owned() -> WireBytes {
        // An empty slice, too, would hold the buffer that it was cut from.
        WireBytes(bytes: ArraySlice(Array(bytes)), isNull: isNull)
    }
}

extension WireBytes: Hashable {
    package static func == (lhs: WireBytes, rhs: WireBytes) -> Bool {
        lhs.bytes.equalsBytes(of: rhs.bytes)
    }

    package func hash(into hasher: inout Hasher) {
        bytes.withUnsafeBytes { hasher.combine(bytes: $0) }
    }
}

extension WireBytes: ExpressibleByArrayLiteral {
    package init(arrayLiteral elements: UInt8...) {
        self.init(elements)
    }
}

extension ArraySlice<UInt8> {
    /// Whether both hold the same bytes; one comparison of memory.
    func equalsBytes(of other: ArraySlice<UInt8>) -> Bool {
        withUnsafeBytes { mine in
            other.withUnsafeBytes { theirs in
                mine.equalsBytes(of: theirs)
            }
        }
    }
}

extension UnsafeRawBufferPointer {
    /// Whether both hold the same bytes; one comparison of memory.
    package func equalsBytes(of other: UnsafeRawBufferPointer) -> Bool {
        guard count == other.count else { return false }
        guard let mine = baseAddress, let theirs = other.baseAddress else { return true }
        return memcmp(mine, theirs, count) == 0
    }
}
