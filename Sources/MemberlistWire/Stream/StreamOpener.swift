/// Takes the layers off a stream, in the one lawful order: label, encryption record, compression, message.
///
/// Feed it whatever arrives, in any split; ask it for messages until it has none. It holds no more than has
/// arrived, refuses a claim over its limit before a byte of it is kept, and after an error stays failed.
package struct StreamOpener: ~Copyable {
    package enum Direction: Sendable {
        /// A peer dialled: a label header stands in front, once.
        case inbound
        /// An answer to this node: no label header, though encryption is still bound to the label. It speaks the
        /// dialect of its request: with the nonce of a native one, it must be native, and answer just that one.
        case reply(to: NativeNonce?)
    }

    /// What a stream may make this node hold.
    package struct Bounds: Sendable {
        /// Bytes of one encrypted record.
        package var record: Int
        /// Bytes of one message, inflated.
        package var body: Int

        package init(record: Int = Limits.streamRecord, body: Int = Limits.streamBody) {
            self.record = record
            self.body = body
        }
    }

    enum Stage {
        case label
        case typeByte
        case record
        case compressed(MessagePackScanner)
        case message(StreamMessageFramer)
        case failed(WireError)
    }

    private let labels: AcceptedLabels
    /// The one that this stream bears.
    var label: Label
    let keyring: Keyring?
    private let verifiesIncoming: Bool
    let acceptsPadded: Bool
    let policy: WirePolicy
    let name: NodeName
    let direction: Direction
    let limits: Bounds

    var stage: Stage
    /// What has arrived and is not done with.
    private var pages = PageBuffer()

    /// What tells the record opened last from all others, so that it is taken once.
    package internal(set) var record: OpenedFrame?
    /// What a reply must speak, as far as the message read last has shown.
    package internal(set) var dialect = StreamDialect.hashicorp
    /// Whether the peer has shown that it holds a key of the ring, or none is asked for.
    package internal(set) var isAuthenticated: Bool

    /// Bytes of the message read last, its layers taken off.
    package private(set) var messageBytes = 0
    /// The label of the stream where that is not this node's own.
    package var otherLabel: Label? { labels.isOther(label) ? label : nil }

    package init(
        label: Label,
        acceptedLabels: [Label] = [],
        keyring: Keyring?,
        verifiesIncoming: Bool = true,
        acceptsPadded: Bool = false,
        policy: WirePolicy = .automatic,
        name: NodeName = NodeName(""),
        direction: Direction,
        limits: Bounds = Bounds()
    ) {
        self.policy = policy
        self.name = name.owned()
        self.direction = direction
        labels = AcceptedLabels(label, and: acceptedLabels)
        self.label = label
        self.keyring = keyring
        self.verifiesIncoming = verifiesIncoming
        self.acceptsPadded = acceptsPadded
        self.limits = limits
        if case .inbound = direction { stage = .label } else { stage = .typeByte }
        isAuthenticated = keyring == nil
    }

    /// Bytes held for a message that is not whole.
    package var bufferedBytes: Int { pages.count }

    /// Bytes of memory that they take, and would take were that many more fed.
    package func heldBytes(adding count: Int = 0) -> Int {
        let needed = bufferedBytes + count
        guard needed > pages.capacity else { return pages.capacity }
        // In steps, for bytes are copied at each; and by so much at most, for what all hold is bounded.
        return needed + min(Self.growth * needed, Self.largestGrowth)
    }

    private static let growth = 3
    private static let largestGrowth = 1 << 20

    /// Takes bytes in. Those of a failed stream are dropped.
    package mutating func feed(_ bytes: RawSpan) {
        if case .failed = stage { return }
        do throws(WireError) {
            try pages.append(bytes, room: heldBytes(adding: bytes.byteCount))
        } catch {
            fail(error)
        }
    }

    private mutating func fail(_ error: WireError) {
        stage = .failed(error)
        pages.removeAll()
    }

    /// The next whole message, nil where bytes are missing.
    ///
    /// - Parameter admitting: Whether a record that verified comes for the first time; asked before anything is
    ///   inflated, so that a recorded one, which anybody can send, costs no more than its own bytes.
    package mutating func next(
        admitting: (OpenedFrame) -> Bool = { _ in true }
    ) throws(WireError) -> StreamMessage? {
        do throws(WireError) {
            while true {
                switch stage {
                case .label:
                    guard try readLabel() else { return nil }
                    stage = .typeByte
                case .typeByte:
                    guard let first = unread.first else { return nil }
                    stage = try stage(for: first)
                case .record:
                    return try readRecord(admitting)
                case .compressed(let scanner):
                    return try readCompressed(scanner)
                case .message(let framer):
                    return try readMessage(framer)
                case .failed(let error):
                    throw error
                }
            }
        } catch {
            fail(error)
            throw error
        }
    }
}

extension StreamOpener {
    /// Valid until the next change of the pages.
    var unread: UnsafeRawBufferPointer { pages.bytes }

    private mutating func readLabel() throws(WireError) -> Bool {
        let head = Array(unread.prefix(2 + Limits.label))
        guard let found = try labels.label(ofStream: head[...]) else { return false }
        pages.removeFirst(found.headerCount)
        if found != label { dialect.label = found }
        label = found
        return true
    }

    private func stage(for first: UInt8) throws(WireError) -> Stage {
        guard let type = MessageType(rawValue: first) else { throw .unknownMessageType(first) }
        if type == .encrypt {
            guard keyring != nil else { throw .encryptedUnexpectedly }
            return .record
        }
        guard keyring == nil || !verifiesIncoming else { throw .notEncrypted }
        if type == .compress { return .compressed(MessagePackScanner(limit: limits.body)) }
        return try .message(StreamMessageFramer(type, limit: limits.body))
    }

    private mutating func readCompressed(_ scanner: MessagePackScanner) throws(WireError) -> StreamMessage? {
        var scanner = scanner
        let map = UnsafeRawBufferPointer(rebasing: unread.dropFirst())
        guard let count = try scanner.scan(Span(_unsafeBytes: map)) else {
            stage = .compressed(scanner)
            return nil
        }
        let message = Array(unread.prefix(1 + count))
        finish(1 + count)
        return try decodeBody(message[...])
    }

    private mutating func readMessage(_ framer: StreamMessageFramer) throws(WireError) -> StreamMessage? {
        var framer = framer
        guard let count = try framer.end(in: unread) else {
            stage = .message(framer)
            return nil
        }
        let message = Array(unread.prefix(count))
        finish(count)
        messageBytes = count
        return try StreamMessage.decode(message[...])
    }

    mutating func finish(_ count: Int) {
        stage = .typeByte
        pages.removeFirst(count)
    }

    /// A message, or one compressed.
    mutating func decodeBody(_ body: ArraySlice<UInt8>) throws(WireError) -> StreamMessage {
        dialect.usedDictionary = false
        messageBytes = body.count
        guard Message.type(of: body) == .compress else { return try StreamMessage.decode(body) }
        let compressed = try CompressMessage.decode(body.dropFirst())
        let plain: ArraySlice<UInt8>
        switch compressed.algorithm {
        case CompressMessage.lzw:
            var decompressor = LZWDecompressor()
            plain = try decompressor.decompress(compressed.body.span.bytes, limit: limits.body)
        case CompressMessage.deflate:
            var decompressor = DeflateDecompressor()
            plain = try decompressor.decompress(compressed.body.span.bytes, limit: limits.body)[...]
            dialect.usedDictionary = true
        default:
            throw .unknownCompression(compressed.algorithm)
        }
        guard !plain.isEmpty else { throw .emptyBody }
        messageBytes = plain.count
        return try StreamMessage.decode(plain)
    }
}
