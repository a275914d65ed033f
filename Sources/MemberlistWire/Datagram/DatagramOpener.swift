/// Takes a datagram's layers off, in the one order that is legal: label, encryption, checksum, compression.
///
/// Kept by whoever receives and used again: the buffers are written anew by the next datagram, unless
/// someone still holds a slice of the last one; only then is memory allocated.
package struct DatagramOpener: ~Copyable {
    private let labels: AcceptedLabels
    private let keyring: Keyring?
    private let verifiesIncoming: Bool
    private let acceptsPadded: Bool
    private let policy: WirePolicy
    /// This node's own name: who seals for another one seals for nobody else.
    private let name: NodeName
    private var replays = ReplayGuard()
    private let codecs: DatagramCodecs

    /// - Parameters:
    ///   - acceptedLabels: Others that are taken while a cluster moves from one label to another.
    ///   - verifiesIncoming: False while a cluster moves to encryption: what does not decrypt is read as plaintext.
    ///   - acceptsPadded: Whether encryption version 0 is taken.
    ///   - name: This node's own.
    ///   - codecs: Those of this event loop.
    package init(
        label: Label,
        acceptedLabels: [Label] = [],
        keyring: Keyring?,
        verifiesIncoming: Bool,
        acceptsPadded: Bool,
        policy: WirePolicy = .automatic,
        name: NodeName = NodeName(""),
        codecs: DatagramCodecs = DatagramCodecs()
    ) {
        self.codecs = codecs
        labels = AcceptedLabels(label, and: acceptedLabels)
        self.keyring = keyring
        self.verifiesIncoming = verifiesIncoming
        self.acceptsPadded = acceptsPadded
        self.policy = policy
        self.name = name.owned()
    }

    /// The key that opened the last datagram; nil where it was not encrypted.
    package private(set) var openedWith: KeyID?

    /// The label that the last datagram bore where that was not this node's own.
    package private(set) var otherLabel: Label?

    /// Makes room to remember the sessions of that many members.
    package mutating func makeRoom(forMembers members: Int) {
        replays.makeRoom(forMembers: members)
    }

    /// The message or the compound in a datagram.
    ///
    /// - Parameter nowNanoseconds: The time of a clock that does not go back, for the memory of nonces.
    package mutating func open(
        _ datagram: RawSpan,
        at nowNanoseconds: Int64
    ) throws(WireError) -> OpenedDatagram {
        let label = try labels.label(of: datagram)
        otherLabel = labels.isOther(label) ? label : nil
        let body = datagram.extracting(droppingFirst: label.headerCount)
        codecs.opened.removeAll(keepingCapacity: true)
        if try !decrypt(body, under: label, at: nowNanoseconds) {
            body.withUnsafeBytes { codecs.opened.append(contentsOf: $0) }
        }
        return try OpenedDatagram(inflate(verified()))
    }

    /// Whether the body was encrypted and its plaintext now stands with the codecs.
    private mutating func decrypt(
        _ body: RawSpan,
        under label: Label,
        at now: Int64
    ) throws(WireError) -> Bool {
        openedWith = nil
        let isNative = Keyring.isNativeFrame(body)
        guard let keyring else {
            if isNative { throw .encryptedUnexpectedly }
            return false
        }
        let opened: OpenedFrame
        if isNative {
            opened = try keyring.openNatively(
                body,
                bound: .datagram(label: label, receiver: name),
                additional: &codecs.additional,
                into: &codecs.opened
            )
        } else {
            guard policy != .native else { throw .dialectRefused }
            let label = label.bytes
            do throws(WireError) {
                opened = try keyring.open(
                    body,
                    acceptsPadded: acceptsPadded,
                    additionalData: label.span.bytes,
                    into: &codecs.opened
                )
            } catch {
                if verifiesIncoming { throw error }
                return false
            }
        }
        guard replays.admits(opened.identity, at: now) else { throw .replayed }
        guard !codecs.opened.isEmpty else { throw .emptyBody }
        openedWith = opened.keyID
        return true
    }

    /// The plain bytes behind the checksum, if there is one.
    private func verified() throws(WireError) -> ArraySlice<UInt8> {
        let plain = codecs.opened
        guard plain.first == MessageType.checksum.rawValue else { return plain[...] }
        guard plain.count >= DatagramLayout.checksumHeader else { throw .truncated }
        let claimed = plain[1..<5].reduce(0) { $0 << 8 | UInt32($1) }
        let body = plain[DatagramLayout.checksumHeader...]
        guard Checksum.crc32(body.span.bytes) == claimed else { throw .checksumMismatch }
        return body
    }

    private mutating func inflate(_ body: ArraySlice<UInt8>) throws(WireError) -> ArraySlice<UInt8> {
        guard body.first == MessageType.compress.rawValue else { return body }
        let message = try CompressMessage.decode(body.dropFirst())
        codecs.inflated.removeAll(keepingCapacity: true)
        let body = message.body.span.bytes
        switch message.algorithm {
        case CompressMessage.lzw:
            try codecs.lzwReader.decompress(body, limit: Limits.datagramBody, into: &codecs.inflated)
        case CompressMessage.deflate:
            try codecs.inflater.decompress(body, limit: Limits.datagramBody, into: &codecs.inflated)
        default:
            throw .unknownCompression(message.algorithm)
        }
        guard !codecs.inflated.isEmpty else { throw .emptyBody }
        return codecs.inflated[...]
    }
}
