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

    /// Appends the message as it goes on the wire. Throws `limitExceeded`, and appends nothing, where no
    /// receiver would take a record of its size.
    ///
    /// - Returns: The nonce of a native record; a reply is bound to its request's.
    @discardableResult
    package func seal(
        _ message: [UInt8],
        _ role: StreamRole,
        into output: inout [UInt8]
    ) throws(WireError) -> NativeNonce? {
        var body = compressed(message, role)
        guard let keyring else {
            writeLabel(role, into: &output)
            output.append(contentsOf: body)
            return nil
        }
        let isNative = isNative(role)
        // LZW makes random bytes half as long again; what fits no record so may fit one as it is.
        if recordCount(body, isNative) > recordLimit { body = message }
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

    /// In HashiCorp's dialect streams are compressed always, smaller or not; in the native one where it saves.
    private func compressed(_ message: [UInt8], _ role: StreamRole) -> [UInt8] {
        guard compression else { return message }
        if usesDictionary(role) {
            return deflated(message)
        }
        // A native peer that does not say that it knows the dictionary is sent what everybody reads.
        if case .reply(let dialect) = role, dialect.answers != nil { return message }
        var body: [UInt8] = []
        var compressor = LZWCompressor()
        compressor.compress(message.span.bytes, into: &body)
        return Self.compressMessage(CompressMessage.lzw, body)
    }

    /// As it is where that is no longer, or where zlib gets no memory.
    private func deflated(_ message: [UInt8]) -> [UInt8] {
        var body: [UInt8] = []
        var compressor = DeflateCompressor(hasMemory: zlibHasMemory)
        guard compressor.compress(message.span.bytes, into: &body) else { return message }
        let compressed = Self.compressMessage(CompressMessage.deflate, body)
        return compressed.count < message.count ? compressed : message
    }

    private func usesDictionary(_ role: StreamRole) -> Bool {
        switch role {
        case .request(let receiver): receiver.capabilities.contains(.dictionary) || policy == .native
        case .reply(let dialect): dialect.usedDictionary
        }
    }

    private static func compressMessage(_ algorithm: UInt8, _ body: [UInt8]) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(body.count + 16)
        CompressMessage.writePrefix(algorithm: algorithm, bodyCount: body.count, into: &output)
        output.append(contentsOf: body)
        return output
    }
}
