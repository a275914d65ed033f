import MemberlistWire
import Testing

/// Datagrams and streams between nodes that speak the native suite, and between those and others.
@Suite("The native suite in the pipelines")
struct NativePipelineTests {
    private static let message: [UInt8] = [8] + Array("something to say".utf8)
    private let key: SecretKey
    private let label: Label

    init() throws {
        key = try SecretKey(bytes: (0..<32).map { $0 })
        label = try Label("blue")
    }

    private func ring(_ more: SecretKey...) -> Keyring { Keyring(primary: key, others: more) }

    private func sealer(policy: WirePolicy = .automatic, keyring: Keyring? = nil) -> DatagramSealer {
        DatagramSealer(
            label: label,
            keyring: keyring ?? ring(),
            compression: false,
            padded: false,
            policy: policy
        )
    }

    private func opener(
        policy: WirePolicy = .automatic,
        name: NodeName = "me",
        keyring: Keyring? = nil,
        verifies: Bool = true
    ) -> DatagramOpener {
        DatagramOpener(
            label: label,
            keyring: keyring ?? ring(),
            verifiesIncoming: verifies,
            acceptsPadded: false,
            policy: policy,
            name: name
        )
    }

    private func datagram(
        to receiver: Receiver,
        policy: WirePolicy = .automatic,
        keyring: Keyring? = nil
    ) throws -> [UInt8] {
        var sealer = sealer(policy: policy, keyring: keyring)
        var bytes: [UInt8] = []
        try sealer.seal(Self.message, for: receiver, into: &bytes)
        return bytes
    }

    /// The encryption version behind the label.
    private func version(_ datagram: [UInt8]) -> UInt8 { datagram[label.headerCount] }

    private let native = Receiver(name: "me", takesChecksum: true, capabilities: .all)

    @Test("speaks what the receiver is known to understand, and to strangers what the policy says")
    func whoGetsWhat() throws {
        #expect(try version(datagram(to: native)) == 0x21)
        #expect(try version(datagram(to: Receiver(name: nil, capabilities: .encryption))) == 0x20)
        #expect(try version(datagram(to: Receiver(name: "go", takesChecksum: true))) == 1)
        #expect(try version(datagram(to: .unknown)) == 1)
        #expect(try version(datagram(to: .unknown, policy: .native)) == 0x20)
        #expect(try version(datagram(to: Receiver(name: "me"), policy: .native)) == 0x21)
        // 49 bytes more, and no checksum inside.
        #expect(try datagram(to: native).count == label.headerCount + Self.message.count + 49)
    }

    @Test("is for the named receiver alone, and for one time")
    func namedAndOnce() throws {
        let bytes = try datagram(to: native)
        var mine = opener()
        #expect(try Array(mine.open(bytes.span.bytes, at: 0).payload) == Self.message)
        #expect(mine.openedWith == key.id)
        #expect(throws: WireError.replayed) { _ = try mine.open(bytes.span.bytes, at: 1) }
        var others = opener(name: "other")
        #expect(throws: WireError.authenticationFailed) { _ = try others.open(bytes.span.bytes, at: 0) }
        let unnamed = try datagram(to: Receiver(name: nil, capabilities: .encryption))
        #expect(try Array(others.open(unnamed.span.bytes, at: 0).payload) == Self.message)
    }

    @Test("refuses HashiCorp's dialect where native alone is spoken, and reads native where it is not")
    func policies() throws {
        let theirs = try datagram(to: .unknown)
        var strict = opener(policy: .native)
        #expect(throws: WireError.dialectRefused) { _ = try strict.open(theirs.span.bytes, at: 0) }
        let ours = try datagram(to: native)
        var old = opener(policy: .hashicorp)
        #expect(try Array(old.open(ours.span.bytes, at: 0).payload) == Self.message)
    }

    @Test("names the key that is missing, and takes no native frame for plaintext")
    func missingKey() throws {
        let other = try SecretKey.random()
        let bytes = try datagram(to: native, keyring: Keyring(primary: other, others: [key]))
        for verifies in [true, false] {
            var opener = opener(verifies: verifies)
            #expect(throws: WireError.unknownKey(other.id)) { _ = try opener.open(bytes.span.bytes, at: 0) }
        }
        var knowing = opener(keyring: ring(other))
        _ = try knowing.open(bytes.span.bytes, at: 0)
        var plain = DatagramOpener(label: label, keyring: nil, verifiesIncoming: true, acceptsPadded: false)
        #expect(throws: WireError.encryptedUnexpectedly) { _ = try plain.open(bytes.span.bytes, at: 0) }
    }

    // MARK: Streams

    private func streamSealer(_ policy: WirePolicy = .automatic) -> StreamSealer {
        StreamSealer(label: label, keyring: ring(), compression: false, policy: policy)
    }

    private func streamOpener(
        _ direction: StreamOpener.Direction,
        policy: WirePolicy = .automatic,
        keyring: Keyring? = nil
    ) -> StreamOpener {
        StreamOpener(
            label: label,
            keyring: keyring ?? ring(),
            policy: policy,
            name: "me",
            direction: direction
        )
    }

    private static let ping: [UInt8] = {
        var bytes: [UInt8] = []
        StreamMessage.ping(Ping(sequence: 7, node: "me", sourceNode: "you")).encode(into: &bytes)
        return bytes
    }()

    private func read(_ bytes: [UInt8], by opener: consuming StreamOpener) throws -> StreamMessage? {
        opener.feed(bytes.span.bytes)
        return try opener.next()
    }

    @Test("binds a reply to its request")
    func repliesAreBound() throws {
        var request: [UInt8] = []
        let sent = try streamSealer().seal(Self.ping, .request(to: native), into: &request)
        var acceptor = streamOpener(.inbound)
        acceptor.feed(request.span.bytes)
        #expect(try acceptor.next() == .ping(Ping(sequence: 7, node: "me", sourceNode: "you")))
        let dialect = acceptor.dialect
        #expect(dialect.answers == sent && sent != nil)

        var reply: [UInt8] = []
        try streamSealer().seal(Self.ping, .reply(dialect), into: &reply)
        #expect(try read(reply, by: streamOpener(.reply(to: sent))) != nil)
        var again: [UInt8] = []
        let other = try streamSealer().seal(Self.ping, .request(to: native), into: &again)
        #expect(throws: WireError.authenticationFailed) {
            try read(reply, by: streamOpener(.reply(to: other)))
        }
        #expect(throws: WireError.dialectRefused) { try read(reply, by: streamOpener(.reply(to: nil))) }
        // A request is no reply, and a reply no request.
        let record = Array(request.dropFirst(label.headerCount))
        #expect(throws: WireError.authenticationFailed) {
            try read(record, by: streamOpener(.reply(to: sent)))
        }
        #expect(throws: WireError.authenticationFailed) {
            try read(Array(request.prefix(label.headerCount)) + reply, by: streamOpener(.inbound))
        }
    }

    @Test("asks whether a record is new before anything of it is inflated or read")
    func recordedRecords() throws {
        for receiver in [native, .unknown] {
            var request: [UInt8] = []
            // Nothing that could be inflated.
            try streamSealer().seal([9, 0xff], .request(to: receiver), into: &request)
            var first = streamOpener(.inbound)
            first.feed(request.span.bytes)
            var asked = 0
            #expect(throws: WireError.unexpectedValue) {
                try first.next {
                    asked += 1
                    return $0.keyID == key.id
                }
            }
            var second = streamOpener(.inbound)
            second.feed(request.span.bytes)
            #expect(throws: WireError.replayed) { try second.next { _ in false } }
            #expect(asked == 1 && !second.isAuthenticated)
        }
    }

    @Test("answers each in the dialect of its request")
    func repliesSpeakTheRequestsDialect() throws {
        var request: [UInt8] = []
        #expect(try streamSealer().seal(Self.ping, .request(to: .unknown), into: &request) == nil)
        var acceptor = streamOpener(.inbound)
        acceptor.feed(request.span.bytes)
        _ = try acceptor.next()
        #expect(acceptor.dialect == .hashicorp)
        var reply: [UInt8] = []
        try streamSealer().seal(Self.ping, .reply(acceptor.dialect), into: &reply)
        #expect(reply[5] == 1)
        // Whoever asked natively takes no other answer: a recorded one of HashiCorp's is bound to nothing.
        let nonce = try streamSealer().seal(Self.ping, .request(to: native), into: &request)
        #expect(throws: WireError.dialectRefused) { try read(reply, by: streamOpener(.reply(to: nonce))) }
        #expect(throws: WireError.dialectRefused) {
            try read(request, by: streamOpener(.inbound, policy: .native))
        }
    }

    @Test("refuses a stream by the head of its record")
    func earlyRefusal() throws {
        var request: [UInt8] = []
        try streamSealer().seal(Self.ping, .request(to: native), into: &request)
        let head = Array(request.prefix(label.headerCount + 5 + 9))
        let stranger = try SecretKey.random()
        #expect(throws: WireError.unknownKey(key.id)) {
            try read(head, by: streamOpener(.inbound, keyring: Keyring(primary: stranger)))
        }
        #expect(throws: WireError.unknownEncryptionVersion(7)) {
            try read(request.prefix(label.headerCount) + [10, 0, 0, 1, 0, 7], by: streamOpener(.inbound))
        }
    }
}
