/// A compressed body: the map that stands where its plain message would.
package struct CompressMessage {
    /// ``lzw`` or ``deflate``; see `WireError.unknownCompression` for any other.
    package var algorithm: UInt8
    package var body: ArraySlice<UInt8>

    /// HashiCorp's only one.
    package static let lzw: UInt8 = 0
    /// The native suite's: raw deflate from dictionary 1.
    package static let deflate: UInt8 = 0x20

    /// - Parameter afterTypeByte: All that follows the type byte; what follows the map is ignored.
    package static func decode(_ afterTypeByte: ArraySlice<UInt8>) throws(WireError) -> CompressMessage {
        var reader = MessagePackReader(afterTypeByte)
        return try decode(from: &reader)
    }

    /// Writes all that stands in front of a compressed body of that many bytes, type byte included.
    package static func writePrefix(
        algorithm: UInt8 = lzw,
        bodyCount: Int,
        into output: inout [UInt8]
    ) {
        output.append(MessageType.compress.rawValue)
        MessagePackWriter.map(2, into: &output)
        MessagePackWriter.key("Algo", into: &output)
        MessagePackWriter.unsigned(UInt32(algorithm), into: &output)
        MessagePackWriter.key("Buf", into: &output)
        MessagePackWriter.textHead(bodyCount, into: &output)
    }
}

extension CompressMessage: MessagePackRecord {
    enum Field: Int, MessagePackField {
        case algorithm, body

        init?(_ key: FieldKey) {
            switch key {
            case FieldKey("Algo"): self = .algorithm
            case FieldKey("Buf"): self = .body
            default: return nil
            }
        }
    }

    static var blank: CompressMessage { CompressMessage(algorithm: 0, body: []) }

    mutating func read(_ field: Field, from reader: inout MessagePackReader) throws(WireError) {
        switch field {
        case .algorithm: algorithm = try reader.readUnsigned()
        case .body: body = try reader.readBytes().bytes
        }
    }
}
