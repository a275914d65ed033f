/// The parts of a compound, one after another, each a slice of the datagram it came in.
///
/// A compound cut short still yields its whole leading parts, as HashiCorp's does: see ``isTruncated``.
package struct CompoundReader {
    private let body: ArraySlice<UInt8>
    private let parts: Int
    private var index = 0
    private var position: Int

    /// Parts that the compound names and that its bytes do not hold.
    package private(set) var truncatedParts = 0

    /// - Parameter body: All that follows the type byte.
    package init(_ body: ArraySlice<UInt8>) throws(WireError) {
        guard let count = body.first else { throw .truncated }
        self.body = body
        parts = Int(count)
        position = body.startIndex + 1 + 2 * parts
        guard position <= body.endIndex else { throw .truncated }
    }

    /// Whether ``next()`` ended before the last part, for want of bytes.
    package var isTruncated: Bool { truncatedParts > 0 }

    /// The next part, nil after the last whole one.
    ///
    /// Throws `misplacedLayer` for a part that is a layer itself, a compound in a compound above all. The
    /// part is passed then, and the next call goes on behind it.
    package mutating func next() throws(WireError) -> ArraySlice<UInt8>? {
        guard index < parts, !isTruncated else { return nil }
        let length = body.startIndex + 1 + 2 * index
        let count = Int(body[length]) << 8 | Int(body[length + 1])
        guard count <= body.endIndex - position else {
            truncatedParts = parts - index
            return nil
        }
        let part = body[position..<position + count]
        index += 1
        position += count
        if Message.type(of: part)?.isLayer == true { throw .misplacedLayer }
        return part
    }
}
