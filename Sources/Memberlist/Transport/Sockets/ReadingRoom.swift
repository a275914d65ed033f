package import NIOCore

/// The room that one call reads datagrams into: so many, each of at most that length; whatever is longer is cut. All of
/// it comes to be resident, so that there is no more of it than is of use.
package struct ReadingRoom: Sendable, Hashable {
    /// How many datagrams one call reads at most.
    package private(set) var batch = 4
    /// What is as long as this may have been cut.
    package private(set) var length: Int

    /// Calls in a row that were not enough for what waited.
    private var full = 0

    private static let busyBatch = 16
    private static let busyCalls = 4
    /// Longer than any datagram can be.
    private static let longest = 65_536

    /// More than is expected, so that what just fits was not cut.
    package init(expecting datagramSize: Int) {
        length = (datagramSize / 2_048 + 1) * 2_048
    }

    package var allocator: FixedSizeRecvByteBufferAllocator {
        FixedSizeRecvByteBufferAllocator(capacity: batch * length)
    }

    /// Makes room for the longest datagrams; false where there is.
    mutating func lengthen() -> Bool {
        guard length < Self.longest else { return false }
        length = Self.longest
        return true
    }

    /// Makes room for many at once, where several calls in a row read as many as they could; false where there is, or
    /// this one read fewer.
    package mutating func widen(after count: Int) -> Bool {
        full = count < batch ? 0 : full + 1
        guard batch < Self.busyBatch, full == Self.busyCalls else { return false }
        batch = Self.busyBatch
        return true
    }
}
