/// Writes HashiCorp's dialect of MessagePack, to the byte.
enum MessagePackWriter {
    static func map(_ entries: UInt8, into output: inout [UInt8]) {
        output.append(Tag.fixmap | entries)
    }

    /// Keys are at most 16 bytes long; callers write them sorted bytewise.
    @inline(__always)
    static func key(_ name: StaticString, into output: inout [UInt8]) {
        output.append(Tag.fixstr | UInt8(truncatingIfNeeded: name.utf8CodeUnitCount))
        name.withUTF8Buffer { output.append(contentsOf: $0) }
    }

    static func bool(_ value: Bool, into output: inout [UInt8]) {
        output.append(value ? Tag.true : Tag.false)
    }

    static func unsigned(_ value: UInt32, into output: inout [UInt8]) {
        switch value {
        case 0...0x7f: output.append(UInt8(value))
        case 0x80...0xff: bigEndian(UInt8(value), tag: Tag.uint8, into: &output)
        case 0x100...0xffff: bigEndian(UInt16(value), tag: Tag.uint16, into: &output)
        default: bigEndian(value, tag: Tag.uint32, into: &output)
        }
    }

    /// HashiCorp's encoder keeps signed forms for what its source types as signed, positive or not.
    static func signed(_ value: Int, into output: inout [UInt8]) {
        if value >= -32, let small = Int8(exactly: value) {
            output.append(UInt8(bitPattern: small))
        } else if let byte = Int8(exactly: value) {
            bigEndian(byte, tag: Tag.int8, into: &output)
        } else if let short = Int16(exactly: value) {
            bigEndian(short, tag: Tag.int16, into: &output)
        } else if let word = Int32(exactly: value) {
            bigEndian(word, tag: Tag.int32, into: &output)
        } else {
            bigEndian(Int64(value), tag: Tag.int64, into: &output)
        }
    }

    static func bytes(_ value: WireBytes, into output: inout [UInt8]) {
        if value.isNull {
            output.append(Tag.nil)
        } else {
            text(value.bytes, into: &output)
        }
    }

    static func name(_ value: NodeName, into output: inout [UInt8]) {
        text(value.bytes, into: &output)
    }

    static func text(_ value: ArraySlice<UInt8>, into output: inout [UInt8]) {
        textHead(value.count, into: &output)
        output.append(contentsOf: value)
    }

    /// The old raw family alone: never the one-byte length, never binary.
    static func textHead(_ count: Int, into output: inout [UInt8]) {
        if count < 32 {
            output.append(Tag.fixstr | UInt8(count))
        } else if let short = UInt16(exactly: count) {
            bigEndian(short, tag: Tag.str16, into: &output)
        } else {
            bigEndian(UInt32(truncatingIfNeeded: count), tag: Tag.str32, into: &output)
        }
    }

    private static func bigEndian(
        _ value: some FixedWidthInteger,
        tag: UInt8,
        into output: inout [UInt8]
    ) {
        output.append(tag)
        withUnsafeBytes(of: value.bigEndian) { output.append(contentsOf: $0) }
    }
}
