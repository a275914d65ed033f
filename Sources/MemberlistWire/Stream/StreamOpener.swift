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
    package struct Limits: Sendable {
        /// Bytes of one encrypted record.
        package var record: Int
        /// Bytes of one message, inflated.
        package var body: Int

        package init(record: Int = WireLimits.streamRecord, body: Int = WireLimits.streamBody) {
            self.record = record
            self.body = body
        }
    }

    private enum Stage {
        case label
        case typeByte
        case record
        case compressed(MessagePackScanner)
        case message(StreamMessageFramer)
        case failed(WireError)
    }

    private let label: Label
    private let keyring: Keyring?
    private let verifyIncoming: Bool
    private let acceptsPadded: Bool
    private let policy: WirePolicy
    private let name: NodeName
    private let direction: Direction
    private let limits: Limits

    private var stage: Stage
    private var buffer: [UInt8] = []
    /// Index of the first byte of the buffer that is not done with.
    private var start = 0

    /// What tells the record opened last from all others, so that it is taken once.
    package private(set) var record: OpenedFrame?
    /// What a reply must speak, as far as the message read last has shown.
    package private(set) var dialect = StreamDialect.hashicorp
    /// Whether the peer has shown that it holds a key of the ring, or none is asked for.
    package private(set) var isAuthenticated: Bool

    package init(
        label: Label,
        keyring: Keyring?,
        verifyIncoming: Bool = true,
        acceptsPadded: Bool = false,
        policy: WirePolicy = .automatic,
        name: NodeName = NodeName(""),
        direction: Direction,
        limits: Limits = Limits()
    ) {
        self.policy = policy
        self.name = name.owned()
        self.direction = direction
        self.label = label
        self.keyring = keyring
        self.verifyIncoming = verifyIncoming
        self.acceptsPadded = acceptsPadded
        self.limits = limits
        if case .inbound = direction { stage = .label } else { stage = .typeByte }
        isAuthenticated = keyring == nil
    }

    /// Bytes held for a message that is not whole.
    package var bufferedBytes: Int { buffer.count - start }

    /// Takes bytes in. Those of a failed stream are dropped.
    package mutating func feed(_ bytes: RawSpan) {
        if case .failed = stage { return }
        if start > 0 {
            buffer.removeSubrange(..<start)
            start = 0
        }
        bytes.withUnsafeBytes { buffer.append(contentsOf: $0) }
    }

    /// The next whole message, nil where bytes are missing.
    package mutating func next() throws(WireError) -> StreamMessage? {
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
                    return try readRecord()
                case .compressed(let scanner):
                    return try readCompressed(scanner)
                case .message(let framer):
                    return try readMessage(framer)
                case .failed(let error):
                    throw error
                }
            }
        } catch {
            stage = .failed(error)
            buffer = []
            start = 0
            throw error
        }
    }
}

extension StreamOpener {
    private var unread: ArraySlice<UInt8> { buffer[start...] }

    /// Compares as bytes arrive, so that a stranger is refused at the first one that differs.
    private mutating func readLabel() throws(WireError) -> Bool {
        let unread = unread
        guard let first = unread.first else { return false }
        let hasHeader = first == MessageType.label.rawValue
        guard hasHeader == !label.isEmpty else { throw .labelMismatch }
        guard hasHeader else { return true }
        guard unread.count > 1 else { return false }
        let count = Int(unread[unread.startIndex + 1])
        guard count > 0 else { throw .malformedLabel }
        guard count == label.bytes.count else { throw .labelMismatch }
        let arrived = unread.dropFirst(2).prefix(count)
        guard label.bytes.starts(with: arrived) else { throw .labelMismatch }
        guard arrived.count == count else { return false }
        start += 2 + count
        return true
    }

    private func stage(for first: UInt8) throws(WireError) -> Stage {
        guard let type = MessageType(rawValue: first) else { throw .unknownMessageType(first) }
        if type == .encrypt {
            guard keyring != nil else { throw .encryptedUnexpectedly }
            return .record
        }
        guard keyring == nil || !verifyIncoming else { throw .notEncrypted }
        if type == .compress { return .compressed(MessagePackScanner(limit: limits.body)) }
        return try .message(StreamMessageFramer(type, limit: limits.body))
    }

    private mutating func readRecord() throws(WireError) -> StreamMessage? {
        let unread = unread
        guard let keyring, unread.count >= StreamRecord.headerCount else { return nil }
        let count = StreamRecord.count(in: unread)
        guard count <= limits.record else { throw .limitExceeded }
        try checkFrameHead(unread.dropFirst(StreamRecord.headerCount).prefix(count), keyring)
        guard unread.count - StreamRecord.headerCount >= count else { return nil }

        let header = unread.prefix(StreamRecord.headerCount)
        let frame = unread.dropFirst(StreamRecord.headerCount).prefix(count)
        var body: [UInt8] = []
        let opened: OpenedFrame
        if Keyring.isNativeFrame(frame.span.bytes) {
            var additional: [UInt8] = []
            opened = try keyring.openNatively(
                frame.span.bytes,
                bound: binding(),
                additional: &additional,
                into: &body
            )
        } else {
            let bound = StreamRecord.additionalData(header: header, label: label)
            opened = try keyring.open(
                frame.span.bytes,
                acceptsPadded: acceptsPadded,
                additionalData: bound.span.bytes,
                into: &body
            )
        }
        record = opened
        dialect.answers = opened.identity.nativeNonce
        isAuthenticated = true
        finish(StreamRecord.headerCount + count)
        guard !body.isEmpty else { throw .emptyBody }
        return try decodeBody(body[...])
    }

    /// Refuses by the first bytes what no key of the ring can open, before a whole record is waited for.
    private func checkFrameHead(_ frame: ArraySlice<UInt8>, _ keyring: Keyring) throws(WireError) {
        guard let version = frame.first else { return }
        let isNative = Keyring.isNativeFrame(frame.span.bytes)
        switch direction {
        case .inbound, .reply(to: nil):
            guard isNative || policy != .native else { throw .dialectRefused }
        case .reply(to: .some):
            guard isNative else { throw .dialectRefused }
        }
        if case .reply(to: nil) = direction, isNative { throw .dialectRefused }
        guard isNative else {
            guard version <= 1 else { throw .unknownEncryptionVersion(version) }
            return
        }
        try keyring.checkKeyOfNativeFrame(frame.span.bytes)
    }

    private func binding() -> NativeBinding {
        switch direction {
        case .inbound, .reply(to: nil): .request(label: label, receiver: name)
        case .reply(to: .some(let nonce)): .reply(label: label, receiver: name, answers: nonce)
        }
    }

    private mutating func readCompressed(_ scanner: MessagePackScanner) throws(WireError) -> StreamMessage? {
        var scanner = scanner
        let map = unread.dropFirst()
        guard let count = try scanner.scan(map.span) else {
            stage = .compressed(scanner)
            return nil
        }
        let message = try decodeBody(unread.prefix(1 + count))
        finish(1 + count)
        return message
    }

    private mutating func readMessage(_ framer: StreamMessageFramer) throws(WireError) -> StreamMessage? {
        var framer = framer
        guard let count = try framer.end(in: unread) else {
            stage = .message(framer)
            return nil
        }
        let message = try StreamMessage.decode(unread.prefix(count))
        finish(count)
        return message
    }

    private mutating func finish(_ count: Int) {
        stage = .typeByte
        start += count
        if start == buffer.count {
            buffer = []
            start = 0
        }
    }

    /// A message, or one compressed.
    private mutating func decodeBody(_ body: ArraySlice<UInt8>) throws(WireError) -> StreamMessage {
        dialect.usedDictionary = false
        guard Message.type(of: body) == .compress else { return try StreamMessage.decode(body) }
        let compressed = try CompressMessage.decode(body.dropFirst())
        var plain: [UInt8] = []
        switch compressed.algorithm {
        case CompressMessage.lzw:
            var decompressor = LZWDecompressor()
            try decompressor.decompress(compressed.body.span.bytes, limit: limits.body, into: &plain)
        case CompressMessage.deflate:
            var decompressor = DeflateDecompressor()
            try decompressor.decompress(compressed.body.span.bytes, limit: limits.body, into: &plain)
            dialect.usedDictionary = true
        default:
            throw .unknownCompression(compressed.algorithm)
        }
        guard !plain.isEmpty else { throw .emptyBody }
        return try StreamMessage.decode(plain[...])
    }
}
