/// Reads HashiCorp's dialect of MessagePack: what their decoder takes, and no more.
///
/// A cursor over bytes at hand. Text and byte fields come back as slices of the input, so that reading a
/// message allocates nothing; only the rare array forms of them are copied. Every length is checked against
/// the bytes that are there before it is used.
struct MessagePackReader {
    private let bytes: ArraySlice<UInt8>
    /// Index of the next byte, in the indices of the slice given.
    private(set) var position: Int

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        position = bytes.startIndex
    }

    /// The bytes not read yet.
    var rest: ArraySlice<UInt8> { bytes[position...] }

    private var available: Int { bytes.endIndex - position }

    /// Goes on at that index, up to which another has read.
    mutating func skip(to index: Int) { position = index }
}

// MARK: - Values

extension MessagePackReader {
    /// An unsigned number in any form that fits the field; nil is 0.
    @inline(__always)
    mutating func readUnsigned<Value: FixedWidthInteger & UnsignedInteger>(
        as type: Value.Type = Value.self
    ) throws(WireError) -> Value {
        let first = try readByte()
        if first <= 0x7f { return Value(truncatingIfNeeded: first) }
        guard let value = try Value(exactly: readLongUnsigned(first)) else { throw .unexpectedValue }
        return value
    }

    /// A signed number in any form that fits 64 bits; nil is 0.
    mutating func readSigned() throws(WireError) -> Int {
        let first = try readByte()
        switch first {
        case 0x00...0x7f, 0xe0...0xff: return Int(Int8(bitPattern: first))
        case Tag.nil: return 0
        case Tag.uint8, Tag.uint16, Tag.uint32, Tag.uint64:
            guard let value = try Int(exactly: readLongUnsigned(first)) else { throw .unexpectedValue }
            return value
        case Tag.int8: return try Int(load(Int8.self))
        case Tag.int16: return try Int(load(Int16.self))
        case Tag.int32: return try Int(load(Int32.self))
        case Tag.int64: return try Int(load(Int64.self))
        default: throw .unexpectedValue
        }
    }

    /// True, false, nil, or the one-byte numbers 1 and 0.
    mutating func readBool() throws(WireError) -> Bool {
        switch try readByte() {
        case Tag.false, Tag.nil, 0: false
        case Tag.true, 1: true
        default: throw .unexpectedValue
        }
    }

    /// A byte field: nil, text, binary, an array of small numbers, or a map taken as such an array.
    @inline(__always)
    mutating func readBytes() throws(WireError) -> WireBytes {
        let first = try readByte()
        if first & 0xe0 == Tag.fixstr { return try WireBytes(take(Int(first & 0x1f))) }
        if first == Tag.nil { return .null }
        if let count = try readLongLength(first) { return try WireBytes(take(count)) }
        return try WireBytes(readNumbers(first, orMap: true))
    }

    /// A name: as a byte field, but a map is refused.
    @inline(__always)
    mutating func readName() throws(WireError) -> NodeName {
        try NodeName(bytes: readText())
    }

    @inline(__always)
    mutating func readText() throws(WireError) -> ArraySlice<UInt8> {
        let first = try readByte()
        if first & 0xe0 == Tag.fixstr { return try take(Int(first & 0x1f)) }
        if first == Tag.nil { return [] }
        if let count = try readLongLength(first) { return try take(count) }
        return try readNumbers(first, orMap: false)[...]
    }

    /// The key of a map's entry. An empty one is refused, as is one of another kind.
    @inline(__always)
    mutating func readKey() throws(WireError) -> FieldKey {
        let first = try readByte()
        let count: Int
        if first & 0xe0 == Tag.fixstr {
            count = Int(first & 0x1f)
        } else if let long = try readLongLength(first) {
            count = long
        } else {
            let numbers = try readNumbers(first, orMap: false)
            guard !numbers.isEmpty else { throw .unexpectedValue }
            return numbers.withUnsafeBytes { FieldKey($0) }
        }
        guard count > 0 else { throw .unexpectedValue }
        guard count <= available else { throw .truncated }
        let start = position - bytes.startIndex
        position += count
        guard count <= FieldKey.longest else { return .unknown }
        return bytes.withUnsafeBytes { FieldKey(UnsafeRawBufferPointer(rebasing: $0[start..<start + count])) }
    }

    /// A value of any kind, nested to any lawful depth, for which there is no field.
    mutating func skip(depth: Int) throws(WireError) {
        var scanner = MessagePackScanner(depth: depth)
        let unread = rest
        let count = try scanner.scan(unread.span)
        guard let count else { throw .truncated }
        position += count
    }
}

// MARK: - Structure

extension MessagePackReader {
    enum Container {
        case map(Int)
        case array(Int)
        case null
    }

    /// The head of a message: a map of its fields, an array of them in source order, or nil.
    @inline(__always)
    mutating func readContainer() throws(WireError) -> Container {
        let first = try readByte()
        switch first {
        case 0x80...0x8f: return .map(Int(first & 0x0f))
        case 0x90...0x9f: return .array(Int(first & 0x0f))
        case Tag.map16: return try .map(Int(load(UInt16.self)))
        case Tag.map32: return try .map(Int(load(UInt32.self)))
        case Tag.array16: return try .array(Int(load(UInt16.self)))
        case Tag.array32: return try .array(Int(load(UInt32.self)))
        case Tag.nil: return .null
        default: throw .unexpectedValue
        }
    }

    @inline(__always)
    private mutating func readByte() throws(WireError) -> UInt8 {
        guard position < bytes.endIndex else { throw .truncated }
        defer { position += 1 }
        return bytes[position]
    }

    @inline(__always)
    private mutating func take(_ count: Int) throws(WireError) -> ArraySlice<UInt8> {
        guard count <= available else { throw .truncated }
        defer { position += count }
        return bytes[position..<position + count]
    }

    @inline(__always)
    private mutating func load<Value: FixedWidthInteger & BitwiseCopyable>(
        _ type: Value.Type
    ) throws(WireError) -> Value {
        guard available >= MemoryLayout<Value>.size else { throw .truncated }
        let offset = position - bytes.startIndex
        position += MemoryLayout<Value>.size
        return Value(
            bigEndian: bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: Value.self) }
        )
    }

    private mutating func readLongUnsigned(_ first: UInt8) throws(WireError) -> UInt64 {
        switch first {
        case Tag.nil: return 0
        case Tag.uint8: return try UInt64(load(UInt8.self))
        case Tag.uint16: return try UInt64(load(UInt16.self))
        case Tag.uint32: return try UInt64(load(UInt32.self))
        case Tag.uint64: return try load(UInt64.self)
        case Tag.int8: return try Self.unsigned(Int64(load(Int8.self)))
        case Tag.int16: return try Self.unsigned(Int64(load(Int16.self)))
        case Tag.int32: return try Self.unsigned(Int64(load(Int32.self)))
        case Tag.int64: return try Self.unsigned(load(Int64.self))
        default: throw .unexpectedValue
        }
    }

    private static func unsigned(_ value: Int64) throws(WireError) -> UInt64 {
        guard let value = UInt64(exactly: value) else { throw .unexpectedValue }
        return value
    }

    /// The length of text or binary longer than its first byte can say; nil where it is neither.
    private mutating func readLongLength(_ first: UInt8) throws(WireError) -> Int? {
        switch first {
        case Tag.str8, Tag.bin8: try Int(load(UInt8.self))
        case Tag.str16, Tag.bin16: try Int(load(UInt16.self))
        case Tag.str32, Tag.bin32: try Int(load(UInt32.self))
        default: nil
        }
    }

    /// Bytes written as one number each. Each takes a byte at least, so the claim is checked before any
    /// room is made.
    private mutating func readNumbers(_ first: UInt8, orMap: Bool) throws(WireError) -> [UInt8] {
        position -= 1
        let count: Int
        switch try readContainer() {
        case .array(let elements): count = elements
        case .map(let entries) where orMap: count = 2 * entries
        case .map, .null: throw .unexpectedValue
        }
        guard count <= available else { throw .truncated }
        var numbers: [UInt8] = []
        numbers.reserveCapacity(count)
        for _ in 0..<count {
            try numbers.append(readUnsigned())
        }
        return numbers
    }
}
