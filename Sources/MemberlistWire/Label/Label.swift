/// The name of a cluster in front of every datagram and stream, so that a stray packet of another cluster's
/// is dropped unread. It is no secret; under encryption it is authenticated with each frame.
package struct Label: Sendable, Hashable {
    /// The label's UTF-8: 0 to 255 bytes, none for a cluster without one.
    package let bytes: [UInt8]

    package static let none = Label(bytes: [])

    private init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// - Throws: ``WireError/limitExceeded`` where the text has more than 255 bytes.
    package init(_ text: String) throws(WireError) {
        let bytes = Array(text.utf8)
        guard bytes.count <= Limits.label else { throw .limitExceeded }
        self.init(bytes: bytes)
    }

    package var isEmpty: Bool { bytes.isEmpty }

    /// Bytes of the header: none where there is no label.
    package var headerCount: Int { isEmpty ? 0 : 2 + bytes.count }

    /// Appends the header: type byte, length, label. Nothing where there is no label.
    package func writeHeader(into output: inout [UInt8]) {
        guard !isEmpty else { return }
        output.append(MessageType.label.rawValue)
        output.append(UInt8(truncatingIfNeeded: bytes.count))
        output.append(contentsOf: bytes)
    }

    /// Checks a datagram's header against this label and returns where the header ends.
    ///
    /// - Throws: ``WireError/malformedLabel``, ``WireError/labelMismatch``.
    package func check(_ datagram: RawSpan) throws(WireError) -> Int {
        try datagram.withUnsafeBytes { (datagram) throws(WireError) in
            guard datagram.first == MessageType.label.rawValue else {
                guard isEmpty else { throw .labelMismatch }
                return 0
            }
            guard datagram.count >= 2, datagram[1] > 0, datagram.count >= 2 + Int(datagram[1]) else {
                throw .malformedLabel
            }
            guard datagram[2..<2 + Int(datagram[1])].elementsEqual(bytes) else { throw .labelMismatch }
            return headerCount
        }
    }
}
