package import NIOCore

/// The room that one call reads datagrams into: so many, each of at most that length; whatever is longer is cut. All of
/// it comes to be resident, so that there is no more of it than is of use.
package struct ReadingRoom: Sendable, Hashable {
    /// How many datagrams one call reads at most.
    package private(set) var batch = quietBatch
    /// What is as long as this may have been cut. Peers that are set to send such will send more: it stays.
    package private(set) var length: Int

    /// Calls in a row that another batch would have fitted better.
    private var streak = 0

    private static let quietBatch = 2
    private static let busyBatch = 16
    /// Calls that were not enough for what waited.
    private static let busyCalls = 4
    /// Calls that a small batch would have been enough for.
    private static let quietCalls = 256
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
    package mutating func lengthen() -> Bool {
        guard length < Self.longest else { return false }
        length = Self.longest
        return true
    }

    /// Takes a larger batch where several calls in a row read as many as they could, and a small one again where very
    /// many in a row read few.
    ///
    /// - Parameter count: What one call read.
    /// - Returns: Whether the batch is another one now.
    package mutating func fit(to count: Int) -> Bool {
        let isBusy = batch == Self.busyBatch
        let fits = isBusy ? count > Self.quietBatch : count < batch
        streak = fits ? 0 : streak + 1
        guard streak == (isBusy ? Self.quietCalls : Self.busyCalls) else { return false }
        streak = 0
        batch = isBusy ? Self.quietBatch : Self.busyBatch
        return true
    }
}
