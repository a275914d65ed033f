/// Finds where one MessagePack value ends, over bytes that may arrive in any split.
///
/// It remembers where it stands, so that no byte is looked at twice, and what it remembers grows with the
/// depth of the nesting that it met, never with a count or a length that a peer claims.
struct MessagePackScanner {
    /// Bytes of the value passed so far. May run ahead of what has arrived: the rest is still to come.
    private(set) var position = 0
    /// Values still to come in the innermost container, and in those around it.
    private var remaining = 1
    private var outer: [Int] = []
    /// Containers around the value that are not counted in `outer`.
    private let depth: Int
    private let limit: Int

    /// - Parameters:
    ///   - depth: Containers around the value.
    ///   - limit: Bytes that the value may take; a longer one is refused as soon as it says so.
    init(depth: Int = 0, limit: Int = .max) {
        self.depth = depth
        self.limit = limit
    }

    /// The value's size once it is whole, nil while bytes are missing.
    ///
    /// - Parameter bytes: All that has arrived from the value's first byte on.
    mutating func scan(_ bytes: Span<UInt8>) throws(WireError) -> Int? {
        while remaining > 0 {
            guard position < bytes.count else { return nil }
            guard try scanOne(bytes) else { return nil }
            while remaining == 0, let next = outer.popLast() {
                remaining = next
            }
        }
        return position <= bytes.count ? position : nil
    }

    /// One scalar, or the head of one container. False where its head has not arrived.
    private mutating func scanOne(_ bytes: Span<UInt8>) throws(WireError) -> Bool {
        let first = bytes[position]
        switch first {
        case 0x00...0x7f, 0xe0...0xff, Tag.nil, Tag.false, Tag.true: try pass(1)
        case 0x80...0x8f: try enter(2 * Int(first & 0x0f), head: 1)
        case 0x90...0x9f: try enter(Int(first & 0x0f), head: 1)
        case 0xa0...0xbf: try pass(1 + Int(first & 0x1f))
        case Tag.uint8, Tag.int8: try pass(2)
        case Tag.uint16, Tag.int16: try pass(3)
        case Tag.uint32, Tag.int32, Tag.float32: try pass(5)
        case Tag.uint64, Tag.int64, Tag.float64: try pass(9)
        case Tag.never: throw .unexpectedValue
        default: return try scanSized(first, bytes)
        }
        return true
    }

    private mutating func scanSized(
        _ first: UInt8,
        _ bytes: Span<UInt8>
    ) throws(WireError) -> Bool {
        if first >= Tag.fixext1, first <= Tag.fixext16 {
            return try passExtension(bytes, head: 2, count: 1 << Int(first - Tag.fixext1))
        }
        let width: Int
        switch first {
        case Tag.bin8, Tag.str8, Tag.ext8: width = 1
        case Tag.bin16, Tag.str16, Tag.ext16, Tag.array16, Tag.map16: width = 2
        default: width = 4
        }
        guard position + width < bytes.count else { return false }
        var count = 0
        for offset in 1...width {
            count = count << 8 | Int(bytes[position + offset])
        }
        switch first {
        case Tag.array16, Tag.array32: try enter(count, head: 1 + width)
        case Tag.map16, Tag.map32: try enter(2 * count, head: 1 + width)
        case Tag.ext8, Tag.ext16, Tag.ext32: return try passExtension(bytes, head: 2 + width, count: count)
        default: try pass(1 + width + count)
        }
        return true
    }

    /// Extension -1 is MessagePack's timestamp, which HashiCorp's decoder reads even where it skips, and so
    /// refuses in other sizes than a timestamp's.
    private mutating func passExtension(
        _ bytes: Span<UInt8>,
        head: Int,
        count: Int
    ) throws(WireError) -> Bool {
        guard position + head <= bytes.count else { return false }
        let type = bytes[position + head - 1]
        guard type != 0xff || count == 4 || count == 8 || count == 12 else { throw .unexpectedValue }
        try pass(head + count)
        return true
    }

    private mutating func pass(_ count: Int) throws(WireError) {
        guard count <= limit - position else { throw .limitExceeded }
        position += count
        remaining -= 1
    }

    private mutating func enter(_ elements: Int, head: Int) throws(WireError) {
        guard depth + outer.count + 1 < Limits.messagePackDepth else { throw .nestedTooDeeply }
        try pass(head)
        guard elements <= limit - position else { throw .limitExceeded }
        guard elements > 0 else { return }
        outer.append(remaining)
        remaining = elements
    }
}
