/// Finds where one plain message ends on a stream, over bytes that may arrive in any split.
///
/// It looks at no byte twice: of a push/pull it remembers how many states have passed and where in the next
/// one it stands. Claims are held against the limits as soon as they are read, and make no room.
struct StreamMessageFramer {
    private enum Stage {
        /// In the map that follows the type byte.
        case head
        /// In the states of a push/pull, so many of which are to come.
        case states(Int)
        /// In the raw bytes that a header announced, or past them.
        case raw
    }

    private let type: MessageType
    private let limit: Int
    private var stage = Stage.head
    private var scanner: MessagePackScanner
    /// Where the part at hand begins: the map, the state, or the raw bytes.
    private var partStart = 1
    private var rawCount = 0

    /// - Parameter limit: Bytes that the message may take.
    init(_ type: MessageType, limit: Int) throws(WireError) {
        switch type {
        case .pushPull, .user, .ping, .ack, .error: break
        case .indirectPing, .nack, .suspect, .alive, .dead: throw .unknownMessageType(type.rawValue)
        case .compound, .compress, .encrypt, .checksum, .label: throw .misplacedLayer
        }
        self.type = type
        self.limit = limit
        scanner = MessagePackScanner(limit: limit - 1)
    }

    /// The message's size, type byte included, once it is whole.
    ///
    /// - Parameter bytes: All that has arrived from the type byte on.
    mutating func end(in bytes: UnsafeRawBufferPointer) throws(WireError) -> Int? {
        while true {
            switch stage {
            case .head:
                guard let head = try nextValue(in: bytes) else { return nil }
                try readHead(Array(bytes[head])[...])
            case .states(0):
                stage = .raw
            case .states(let left):
                guard try nextValue(in: bytes) != nil else { return nil }
                stage = .states(left - 1)
            case .raw:
                guard rawCount <= limit - partStart else { throw .limitExceeded }
                let end = partStart + rawCount
                return end <= bytes.count ? end : nil
            }
        }
    }

    private mutating func nextValue(in bytes: UnsafeRawBufferPointer) throws(WireError) -> Range<Int>? {
        let part = UnsafeRawBufferPointer(rebasing: bytes[min(partStart, bytes.count)...])
        guard let count = try scanner.scan(Span(_unsafeBytes: part)) else { return nil }
        defer { partStart += count }
        scanner = MessagePackScanner(limit: limit - partStart - count)
        return partStart..<partStart + count
    }

    private mutating func readHead(_ bytes: ArraySlice<UInt8>) throws(WireError) {
        switch type {
        case .pushPull:
            let header = try PushPullHeader.decode(bytes)
            try header.checkLimits()
            rawCount = header.userStateLength
            stage = .states(header.nodes)
        case .user:
            let header = try UserMessageHeader.decode(bytes)
            try header.checkLimits()
            rawCount = header.length
            stage = .raw
        default:
            stage = .raw
        }
    }
}
