/// What a datagram carried, its layers taken off: one message or the parts of a compound.
///
/// All slices point into one buffer of the opener's, which is used again as soon as nobody holds them.
package struct OpenedDatagram {
    /// The message, or the compound as it stood.
    package let payload: ArraySlice<UInt8>
    private var compound: CompoundReader?
    private var isSpent = false

    /// - Throws: ``WireError/truncated`` where there is nothing, ``WireError/misplacedLayer`` where a layer
    ///   is left that has no place here.
    init(_ payload: ArraySlice<UInt8>) throws(WireError) {
        guard let first = payload.first else { throw .truncated }
        self.payload = payload
        if first == MessageType.compound.rawValue {
            compound = try CompoundReader(payload.dropFirst())
        } else if MessageType(rawValue: first)?.isLayer == true {
            throw .misplacedLayer
        }
    }

    /// Whether ``nextPart()`` ended before the last part that the compound names, for want of bytes.
    package var isTruncated: Bool { compound?.isTruncated ?? false }

    /// The next message, its type byte first; nil after the last whole one.
    ///
    /// - Throws: ``WireError/misplacedLayer`` for a part that is a layer itself. The next call goes on behind it.
    package mutating func nextPart() throws(WireError) -> ArraySlice<UInt8>? {
        if compound != nil { return try compound?.next() }
        defer { isSpent = true }
        return isSpent ? nil : payload
    }
}
