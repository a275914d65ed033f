/// Gathers messages into the payload of one datagram.
///
/// Kept and used again, it costs no allocation: its buffers keep the room they once had. One message alone
/// becomes the payload itself; two and more become a compound.
package struct CompoundWriter {
    /// Bytes of a compound of no parts: its type byte and its count.
    package static let headerCount = 2
    /// Bytes that each part costs beside itself.
    package static let partOverhead = 2

    private var lengths: [UInt16] = []
    private var bodies: [UInt8] = []

    package init() {}

    package var partCount: Int { lengths.count }
    package var isEmpty: Bool { lengths.isEmpty }

    /// Bytes of the payload as it stands.
    package var encodedCount: Int { Self.encodedCount(parts: partCount, bodies: bodies.count) }

    /// Bytes of the payload were a part of that many bytes added.
    package func encodedCount(adding count: Int) -> Int {
        Self.encodedCount(parts: partCount + 1, bodies: bodies.count + count)
    }

    /// Whether a part of that many bytes may be added to a payload of at most `budget` bytes.
    package func fits(_ count: Int, budget: Int) -> Bool {
        count <= Limits.compoundPart && partCount < Limits.compoundParts
            && encodedCount(adding: count) <= budget
    }

    /// Adds a message. Throws `messageTooLarge` where no part may have that size, `limitExceeded` where there
    /// is no room for another part; the payload stands as it stood then.
    package mutating func append(_ part: ArraySlice<UInt8>) throws(WireError) {
        let start = bodies.count
        part.withUnsafeBytes { bodies.append(contentsOf: $0) }
        try closePart(from: start)
    }

    package mutating func append(_ part: borrowing [UInt8]) throws(WireError) {
        let start = bodies.count
        part.withUnsafeBytes { bodies.append(contentsOf: $0) }
        try closePart(from: start)
    }

    /// Encodes a message as the next part, with no buffer between.
    package mutating func append(_ message: Message) throws(WireError) {
        let start = bodies.count
        message.encode(into: &bodies)
        try closePart(from: start)
    }

    /// Appends the payload, and is empty after. Appends nothing where there is no part.
    package mutating func finish(into output: inout [UInt8]) {
        if lengths.count > 1 {
            output.appendBytes(Self.headerCount + Self.partOverhead * lengths.count) { start in
                start.storeBytes(of: MessageType.compound.rawValue, as: UInt8.self)
                start.storeBytes(
                    of: UInt8(truncatingIfNeeded: lengths.count),
                    toByteOffset: 1,
                    as: UInt8.self
                )
                var place = Self.headerCount
                for length in lengths {
                    start.storeBytes(of: length.bigEndian, toByteOffset: place, as: UInt16.self)
                    place += Self.partOverhead
                }
                return true
            }
        }
        bodies.withUnsafeBytes { output.append(contentsOf: $0) }
        removeAll()
    }

    /// Forgets the parts, and keeps the room.
    package mutating func removeAll() {
        lengths.removeAll(keepingCapacity: true)
        bodies.removeAll(keepingCapacity: true)
    }

    private mutating func closePart(from start: Int) throws(WireError) {
        let count = bodies.count - start
        guard let length = UInt16(exactly: count), lengths.count < Limits.compoundParts else {
            bodies.removeLast(count)
            throw count > Limits.compoundPart ? .messageTooLarge : .limitExceeded
        }
        lengths.append(length)
    }

    private static func encodedCount(parts: Int, bodies: Int) -> Int {
        parts > 1 ? headerCount + partOverhead * parts + bodies : bodies
    }
}
