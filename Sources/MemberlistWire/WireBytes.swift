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
    /// Whether both hold the same bytes.
    func equalsBytes(of other: ArraySlice<UInt8>) -> Bool {
        withUnsafeBytes { mine in
            other.withUnsafeBytes { theirs in
                mine.equalsBytes(of: theirs)
            }
        }
    }
}

extension UnsafeRawBufferPointer {
    /// Whether both hold the same bytes. Names and addresses are compared where they are asked about, eight bytes at
    /// a time, for they are short.
    @inlinable package func equalsBytes(of other: UnsafeRawBufferPointer) -> Bool {
        guard count == other.count else { return false }
        guard let mine = baseAddress, let theirs = other.baseAddress else { return true }
        if count > 64 { return Self.equal(mine, theirs, count) }
        func differ<Word: FixedWidthInteger & BitwiseCopyable>(_ place: Int, _: Word.Type) -> Bool {
            (mine + place).loadUnaligned(as: Word.self) != (theirs + place).loadUnaligned(as: Word.self)
        }
        guard count >= 4 else {
            for place in 0..<count where differ(place, UInt8.self) { return false }
            return true
        }
        guard count >= 8 else { return !differ(0, UInt32.self) && !differ(count &- 4, UInt32.self) }
        var place = 0
        while place < count &- 8 {
            if differ(place, UInt64.self) { return false }
            place &+= 8
        }
        // The last eight, some of which may have been looked at.
        return !differ(count &- 8, UInt64.self)
    }

    /// One comparison of memory.
    @usableFromInline static func equal(_ one: UnsafeRawPointer, _ two: UnsafeRawPointer, _ count: Int)
        -> Bool
    {
        memcmp(one, two, count) == 0
    }
}
