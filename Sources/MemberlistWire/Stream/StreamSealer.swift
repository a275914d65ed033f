/// Puts the layers around one message of a stream.
package struct StreamSealer: Sendable {
    package enum Role: Sendable {
        /// This node dialled: the label header stands in front.
        case request
        /// An answer, without one.
        case reply
    }

    private let label: Label
    private let keyring: Keyring?
    private let compression: Bool
    private let padded: Bool
    private let recordLimit: Int

    /// - Parameter padded: Whether to seal in encryption version 0, for peers that speak no later one.
    package init(
        label: Label,
        keyring: Keyring?,
        compression: Bool,
        padded: Bool = false,
        recordLimit: Int = WireLimits.streamRecord
    ) {
        self.label = label
        self.keyring = keyring
        self.compression = compression
        self.padded = padded
        self.recordLimit = recordLimit
    }

    /// Type byte, map header, key and length in front of a large user message.
    private static let userMessageHeader = 18

    /// The largest user message that every receiver takes: under encryption it shares its record with a header.
    package var userMessageLimit: Int {
        guard keyring != nil else { return WireLimits.streamUserMessage }
        return min(
            WireLimits.streamUserMessage,
            recordLimit - Keyring.overhead(padded: padded) - Self.userMessageHeader
        )
    }

    /// Appends the message as it goes on the wire. Throws `limitExceeded`, and appends nothing, where no
    /// receiver would take a record of its size.
    package func seal(
        _ message: [UInt8],
        role: Role,
        into output: inout [UInt8]
    ) throws(WireError) {
        var body = compression ? Self.compress(message) : message
        guard let keyring else {
            writeLabel(role, into: &output)
            output.append(contentsOf: body)
            return
        }
        // LZW makes random bytes half as long again; what fits no record so may fit one as it is.
        if recordCount(body) > recordLimit { body = message }
        let count = recordCount(body)
        guard count <= recordLimit, let claim = UInt32(exactly: count) else {
            throw .limitExceeded
        }
        writeLabel(role, into: &output)
        let start = output.count
        StreamRecord.writeHeader(count: claim, into: &output)
        let bound = StreamRecord.additionalData(header: output[start...], label: label)
        try keyring.seal(body.span.bytes, padded: padded, additionalData: bound.span.bytes, into: &output)
    }

    private func recordCount(_ body: [UInt8]) -> Int {
        let lastBlock = padded ? body.count % 16 : 0
        return body.count - lastBlock + Keyring.overhead(padded: padded)
    }

    private func writeLabel(_ role: Role, into output: inout [UInt8]) {
        if role == .request, !label.isEmpty { label.writeHeader(into: &output) }
    }

    /// Streams are compressed always, smaller or not, as HashiCorp's are.
    private static func compress(_ message: [UInt8]) -> [UInt8] {
        var compressor = LZWCompressor()
        var body: [UInt8] = []
        compressor.compress(message.span.bytes, into: &body)
        var output: [UInt8] = []
        output.reserveCapacity(body.count + 16)
        CompressMessage.writePrefix(bodyCount: body.count, into: &output)
        output.append(contentsOf: body)
        return output
    }
}
