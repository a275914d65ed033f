/// Puts the layers around one message of a stream.
package struct StreamSealer: Sendable {
    private let label: Label
    private let keyring: Keyring?
    private let compression: Bool
    private let padded: Bool
    private let policy: WirePolicy
    private let recordLimit: Int
    /// For tests alone: false for a zlib that is given no memory.
    var zlibHasMemory = true

    /// - Parameters:
    ///   - padded: Whether to seal in encryption version 0, for peers that speak no later one.
    ///   - policy: Whether whom nothing is known of is spoken to natively.
    package init(
        label: Label,
        keyring: Keyring?,
        compression: Bool,
        padded: Bool = false,
        policy: WirePolicy = .automatic,
        recordLimit: Int = Limits.streamRecord
    ) {
        self.label = label
        self.keyring = keyring
        self.compression = compression
        self.padded = padded
        self.policy = policy
        self.recordLimit = recordLimit
    }

    /// Type byte, map header, key and length in front of a large user message.
    private static let userMessageHeader = 18

    /// The largest user message that every receiver takes: under encryption it shares its record with a header.
    package var userMessageLimit: Int {
        guard keyring != nil else { return Limits.streamUserMessage }
        return min(
            Limits.streamUserMessage,
            recordLimit - max(Keyring.overhead(padded: padded), Keyring.nativeOverhead)
                - Self.userMessageHeader
        )
    }

    /// Appends the content as it goes on the wire. Throws `limitExceeded`, and appends nothing, where no
    /// receiver would take a record of its size.
    ///
    /// - Returns: The nonce of a native record; a reply is bound to its request's.
    @discardableResult
    package func seal(
        _ content: StreamContent,
        _ role: StreamRole,
        into output: inout [UInt8]
    ) throws(WireError) -> NativeNonce? {
        var body = compressed(content, role) ?? content.encoded
        guard let keyring else {
            writeLabel(role, into: &output)
            output.append(contentsOf: body)
            return nil
        }
        let isNative = isNative(role)
        // LZW makes random bytes half as long again; what fits no record so may fit one as it is.
        if recordCount(body, isNative) > recordLimit { body = content.encoded }
        let count = recordCount(body, isNative)
        guard count <= recordLimit, let claim = UInt32(exactly: count) else {
            throw .limitExceeded
        }
        writeLabel(role, into: &output)
        let start = output.count
        StreamRecord.writeHeader(count: claim, into: &output)
        guard let binding = binding(role) else {
            let bound = StreamRecord.additionalData(header: output[start...], label: label(role))
            try keyring.seal(
                body.span.bytes,
                padded: padded,
                additionalData: bound.span.bytes,
                into: &output
            )
            return nil
        }
        var additional: [UInt8] = []
        return try keyring.sealNatively(
            body.span.bytes,
            bound: binding,
            additional: &additional,
            into: &output
        )
    }

    /// The same for a message in an array, its type byte included.
    @discardableResult
    package func seal(
        _ message: [UInt8],
        _ role: StreamRole,
        into output: inout [UInt8]
    ) throws(WireError) -> NativeNonce? {
        try seal(.bytes(message), role, into: &output)
    }

    private func isNative(_ role: StreamRole) -> Bool {
        switch role {
        case .request(let receiver): receiver.capabilities.contains(.encryption) || policy == .native
        case .reply(let dialect): dialect.answers != nil
        }
    }

    /// What a native record is bound to; nil where the record is not to be native.
    private func binding(_ role: StreamRole) -> NativeBinding? {
        guard isNative(role) else { return nil }
        switch role {
        case .request(let receiver):
            return .request(label: label, receiver: receiver.name)
        case .reply(let dialect):
            return dialect.answers.map { .reply(label: label(role), receiver: nil, answers: $0) }
        }
    }

    /// What a record is bound to, and what stands in front of a request.
    private func label(_ role: StreamRole) -> Label {
        guard case .reply(let dialect) = role, let label = dialect.label else { return label }
        return label
    }

    private func recordCount(_ body: [UInt8], _ isNative: Bool) -> Int {
        if isNative { return body.count + Keyring.nativeOverhead }
        let lastBlock = padded ? body.count % 16 : 0
        return body.count - lastBlock + Keyring.overhead(padded: padded)
    }

    private func writeLabel(_ role: StreamRole, into output: inout [UInt8]) {
        if case .request = role, !label.isEmpty { label.writeHeader(into: &output) }
    }

    /// The content as a compressed message; nil where it goes as it is. In HashiCorp's dialect streams are compressed
    /// always, smaller or not; in the native one where it saves.
    private func compressed(_ content: StreamContent, _ role: StreamRole) -> [UInt8]? {
        guard compression else { return nil }
        if usesDictionary(role) {
            guard let deflated = deflated(content), deflated.count < content.encodedCount else { return nil }
            return deflated
        }
        // A native peer that does not say that it knows the dictionary is sent what everybody reads.
        if case .reply(let dialect) = role, dialect.answers != nil { return nil }
        return packed(content)
    }

    private func packed(_ content: StreamContent) -> [UInt8] {
        var compressor = LZWCompressor()
        var output: [UInt8] = []
        switch content {
        case .bytes(let bytes):
            var body: [UInt8] = []
            compressor.compress(bytes.span.bytes, into: &body)
            Self.writeCompressed(CompressMessage.lzw, body.count, into: &output)
            output.append(contentsOf: body)
        case .state(let state):
            let (head, tail) = (state.head, state.userState)
            var blocks = [compressor.block(head.span.bytes)]
            for block in state.blocks { blocks.append(block.lzw(&compressor)) }
            if !tail.isEmpty { blocks.append(compressor.block(tail.span.bytes)) }
            Self.writeCompressed(CompressMessage.lzw, LZWAssembler.count(of: blocks), into: &output)
            LZWAssembler.assemble(blocks, into: &output)
        }
        return output
    }

    /// Nil where zlib gets no memory.
    private func deflated(_ content: StreamContent) -> [UInt8]? {
        var compressor = DeflateCompressor(hasMemory: zlibHasMemory)
        var output: [UInt8] = []
        switch content {
        case .bytes(let bytes):
            var body: [UInt8] = []
            guard compressor.compress(bytes.span.bytes, into: &body) else { return nil }
            Self.writeCompressed(CompressMessage.deflate, body.count, into: &output)
            output.append(contentsOf: body)
        case .state(let state):
            guard let parts = Self.parts(of: state, &compressor) else { return nil }
            let count = parts.reduce(0) { $0 + $1.count }
            Self.writeCompressed(CompressMessage.deflate, count, into: &output)
            for part in parts { output.append(contentsOf: part) }
        }
        return output
    }

    private static func parts(of state: LocalState, _ compressor: inout DeflateCompressor) -> [[UInt8]]? {
        let (head, tail) = (state.head, state.userState)
        guard let first = compressor.part(head.span.bytes, isFirst: true) else { return nil }
        var parts = [first]
        for block in state.blocks {
            guard let part = block.deflated(&compressor) else { return nil }
            parts.append(part)
        }
        guard let last = compressor.part(tail.span.bytes, isLast: true) else { return nil }
        parts.append(last)
        return parts
    }

    private func usesDictionary(_ role: StreamRole) -> Bool {
        switch role {
        case .request(let receiver): receiver.capabilities.contains(.dictionary) || policy == .native
        case .reply(let dialect): dialect.usedDictionary
        }
    }

    /// What stands in front of a compressed body of so many bytes.
    private static func writeCompressed(_ algorithm: UInt8, _ count: Int, into output: inout [UInt8]) {
        output.reserveCapacity(count + 24)
        CompressMessage.writePrefix(algorithm: algorithm, bodyCount: count, into: &output)
    }
}
