/// Puts a datagram's layers on a payload: compression, checksum, encryption, label, in that order.
///
/// Kept by whoever sends and used again, it allocates nothing once its buffers have the size of a datagram.
package struct DatagramSealer: ~Copyable {
    private let label: Label
    private let keyring: Keyring?
    private let compression: Bool
    private let padded: Bool
    private let policy: WirePolicy
    private let codecs: DatagramCodecs

    /// - Parameters:
    ///   - policy: Whether whom nothing is known of is spoken to natively.
    ///   - padded: Whether encryption is version 0, for clusters that speak protocol version 1.
    ///   - encryptsOutgoing: False while a cluster moves to encryption: the ring opens and does not yet seal.
    ///   - codecs: Those of this event loop.
    package init(
        label: Label,
        keyring: Keyring?,
        compression: Bool,
        padded: Bool,
        policy: WirePolicy = .automatic,
        encryptsOutgoing: Bool = true,
        codecs: DatagramCodecs = DatagramCodecs()
    ) {
        self.label = label
        self.policy = policy
        self.keyring = encryptsOutgoing ? keyring : nil
        self.compression = compression
        self.padded = padded
        self.codecs = codecs
    }

    /// Whether what leaves here is encrypted.
    package var encrypts: Bool { keyring != nil }

    /// Replaces `output` by the datagram of `payload`, which is one message or a compound. It speaks the best
    /// that the receiver is known to understand; where nothing is known, what the policy says.
    package mutating func seal(
        _ payload: RawSpan,
        for receiver: Receiver,
        into output: inout [UInt8]
    ) throws(WireError) {
        output.removeAll(keepingCapacity: true)
        label.writeHeader(into: &output)
        guard let keyring else {
            return writePlain(payload, for: receiver, checksum: receiver.takesChecksum, into: &output)
        }
        let isNative = receiver.capabilities.contains(.encryption) || policy == .native
        var plain = [UInt8]()
        swap(&plain, &codecs.plain)
        defer { swap(&plain, &codecs.plain) }
        plain.removeAll(keepingCapacity: true)
        // The native suite's tag does the checksum's work.
        writePlain(payload, for: receiver, checksum: receiver.takesChecksum && !isNative, into: &plain)
        guard isNative else {
            return try keyring.seal(
                plain.span.bytes,
                padded: padded,
                additionalData: label.bytes.span.bytes,
                into: &output
            )
        }
        try keyring.sealNatively(
            plain.span.bytes,
            bound: .datagram(label: label, receiver: receiver.name),
            additional: &codecs.additional,
            into: &output
        )
    }

    /// The same for a payload in an array.
    package mutating func seal(
        _ payload: borrowing [UInt8],
        for receiver: Receiver,
        into output: inout [UInt8]
    ) throws(WireError) {
        try seal(payload.span.bytes, for: receiver, into: &output)
    }

    private mutating func writePlain(
        _ payload: RawSpan,
        for receiver: Receiver,
        checksum: Bool,
        into output: inout [UInt8]
    ) {
        let start = output.count
        if checksum {
            output.append(MessageType.checksum.rawValue)
            for _ in 0..<4 { output.append(0) }
        }
        writeBody(payload, for: receiver, into: &output)
        guard checksum else { return }
        let body = start + DatagramLayout.checksumHeader
        let crc = Checksum.crc32(output.span.bytes.extracting(body..<output.count))
        for index in 0..<4 {
            output[start + 1 + index] = UInt8(truncatingIfNeeded: crc >> UInt32(24 - 8 * index))
        }
    }

    /// What is shorter, as most acks are, would save a byte at most with the map around it.
    package static let compressible = 24

    private mutating func writeBody(_ payload: RawSpan, for receiver: Receiver, into output: inout [UInt8]) {
        if compression, payload.byteCount >= Self.compressible,
            let algorithm = compress(payload, for: receiver)
        {
            let start = output.count
            CompressMessage.writePrefix(
                algorithm: algorithm,
                bodyCount: codecs.compressed.count,
                into: &output
            )
            if output.count - start + codecs.compressed.count < payload.byteCount {
                return output.append(contentsOf: codecs.compressed)
            }
            output.removeLast(output.count - start)
        }
        payload.withUnsafeBytes { output.append(contentsOf: $0) }
    }

    /// Leaves the compressed payload with the codecs, and says how it was made; nil where it was not.
    private mutating func compress(_ payload: RawSpan, for receiver: Receiver) -> UInt8? {
        let isNative = receiver.capabilities.contains(.dictionary) || policy == .native
        let algorithm = isNative ? CompressMessage.deflate : CompressMessage.lzw
        if codecs.isCompressed(payload, by: algorithm) { return algorithm }
        codecs.compressed.removeAll(keepingCapacity: true)
        var isMade = true
        if isNative {
            isMade = codecs.deflater.compress(payload, into: &codecs.compressed)
        } else {
            codecs.lzwWriter.compress(payload, into: &codecs.compressed)
        }
        codecs.noteCompressed(payload, by: isMade ? algorithm : nil)
        return isMade ? algorithm : nil
    }
}
