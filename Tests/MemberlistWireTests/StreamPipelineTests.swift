import FixtureSupport
import Testing

@testable import MemberlistWire

/// What a stream refuses, and when.
struct StreamPipelineTests {
    private static let keyBytes = [UInt8](1...32)

    private static func keyring() throws -> Keyring {
        try Keyring([SecretKey(bytes: keyBytes)])
    }

    private static let message = StreamMessage.pushPull(
        PushPull(
            join: true,
            nodes: (0..<20).map { PushNodeState(name: NodeName("node-\($0)"), state: $0 % 4) },
            userState: [1, 2, 3]
        )
    )

    private static func plain(_ message: StreamMessage = message) -> [UInt8] {
        var bytes: [UInt8] = []
        message.encode(into: &bytes)
        return bytes
    }

    private static func opener(
        label: Label = .none,
        keyring: Keyring? = nil,
        verifiesIncoming: Bool = true,
        direction: StreamOpener.Direction = .inbound,
        limits: StreamOpener.Bounds = .init()
    ) -> StreamOpener {
        StreamOpener(
            label: label,
            keyring: keyring,
            verifiesIncoming: verifiesIncoming,
            direction: direction,
            limits: limits
        )
    }

    private static func read(
        _ bytes: [UInt8],
        by opener: consuming StreamOpener
    ) throws(WireError) -> StreamMessage? {
        opener.feed(bytes)
        return try opener.next()
    }

    private static func sealed(
        _ body: [UInt8],
        label: Label = .none,
        role: StreamRole = .request(to: .unknown),
        padded: Bool = false
    ) throws -> [UInt8] {
        var bytes: [UInt8] = []
        try StreamSealer(label: label, keyring: keyring(), compression: false, padded: padded)
            .seal(body, role, into: &bytes)
        return bytes
    }

    @Test func encryptionMustBeWhatIsConfigured() throws {
        let ring = try Self.keyring()
        #expect(throws: WireError.notEncrypted) {
            try Self.read(Self.plain(), by: Self.opener(keyring: ring))
        }
        #expect(throws: WireError.encryptedUnexpectedly) {
            try Self.read(Self.sealed(Self.plain()), by: Self.opener())
        }
        let other = try Keyring([SecretKey(bytes: [UInt8](repeating: 9, count: 32))])
        #expect(throws: WireError.authenticationFailed) {
            try Self.read(Self.sealed(Self.plain()), by: Self.opener(keyring: other))
        }
        #expect(throws: WireError.paddedEncryptionRefused) {
            try Self.read(Self.sealed(Self.plain(), padded: true), by: Self.opener(keyring: ring))
        }
    }

    @Test func plaintextIsTakenWhileMovingToEncryption() throws {
        var opener = Self.opener(keyring: try Self.keyring(), verifiesIncoming: false)
        opener.feed(Self.plain())
        #expect(try opener.next() == Self.message)
        #expect(opener.isAuthenticated == false)
        opener.feed(try Self.sealed(Self.plain()))
        #expect(try opener.next() == Self.message)
        #expect(opener.isAuthenticated == true)
    }

    @Test func labelsMustMatch() throws {
        let label = try Label("blue")
        let bytes: [UInt8] = [244, 4] + Array("blue".utf8) + Self.plain()
        #expect(try Self.read(bytes, by: Self.opener(label: label)) == Self.message)
        let refused: [([UInt8], Label, WireError)] = [
            (bytes, .none, .labelMismatch), (bytes, try Label("blu"), .labelMismatch),
            (bytes, try Label("blux"), .labelMismatch), (Self.plain(), label, .labelMismatch),
            ([244, 4, 0x62, 0x78], label, .labelMismatch), ([244, 0], label, .malformedLabel),
            ([244, 4] + Array("blue".utf8) + bytes, label, .misplacedLayer),
        ]
        for (bytes, label, error) in refused {
            #expect(throws: error) { try Self.read(bytes, by: Self.opener(label: label)) }
        }
        #expect(throws: WireError.misplacedLayer) {
            try Self.read(bytes, by: Self.opener(label: label, direction: .reply(to: nil)))
        }
    }

    @Test func aRecordIsBoundToItsLabel() throws {
        let ring = try Self.keyring()
        let record = try Self.sealed(Self.plain(), label: Label("blue"), role: .reply(.hashicorp))
        func read(under label: Label) throws -> StreamMessage? {
            try Self.read(record, by: Self.opener(label: label, keyring: ring, direction: .reply(to: nil)))
        }
        #expect(try read(under: Label("blue")) == Self.message)
        #expect(throws: WireError.authenticationFailed) { try read(under: Label("red")) }
    }

    @Test func theNonceIsTheRecords() throws {
        let record = try Self.sealed(Self.plain())
        var opener = Self.opener(keyring: try Self.keyring())
        #expect(opener.isAuthenticated == false)
        opener.feed(record)
        _ = try opener.next()
        let nonce = Nonce(record.span.bytes, at: 6)
        #expect(opener.record?.identity == nonce.map { .random($0) })
    }

    @Test func emptyAndNestedBodiesAreRefused() throws {
        let ring = try Self.keyring()
        #expect(throws: WireError.emptyBody) {
            try Self.read(Self.sealed([]), by: Self.opener(keyring: ring))
        }
        var sealer = StreamSealer(label: .none, keyring: nil, compression: true)
        for (inner, error) in [
            ([], WireError.emptyBody), (Self.plain(), nil), ([99], .unknownMessageType(99)),
        ] {
            var bytes: [UInt8] = []
            try sealer.seal(inner, .request(to: .unknown), into: &bytes)
            if let error {
                #expect(throws: error) { try Self.read(bytes, by: Self.opener()) }
            } else {
                #expect(try Self.read(bytes, by: Self.opener()) == Self.message)
            }
            var twice: [UInt8] = []
            try sealer.seal(bytes, .request(to: .unknown), into: &twice)
            #expect(throws: WireError.misplacedLayer) { try Self.read(twice, by: Self.opener()) }
        }
        sealer = StreamSealer(label: .none, keyring: ring, compression: false)
        let twice = try Self.sealed(Self.sealed(Self.plain()))
        #expect(throws: WireError.misplacedLayer) { try Self.read(twice, by: Self.opener(keyring: ring)) }
        for layer in [7, 12] as [UInt8] {
            #expect(throws: WireError.misplacedLayer) { try Self.read([layer, 0, 0], by: Self.opener()) }
        }
        #expect(throws: WireError.unknownCompression(3)) {
            try Self.read(
                [9, 0x82, 0xa4] + Array("Algo".utf8) + [3, 0xa3] + Array("Buf".utf8) + [0xa0],
                by: Self.opener()
            )
        }
    }

    @Test func claimsAreRefusedBeforeTheirBytesArrive() throws {
        let ring = try Self.keyring()
        #expect(throws: WireError.limitExceeded) {
            try Self.read([10, 0xff, 0xff, 0xff, 0xff], by: Self.opener(keyring: ring))
        }
        let record = Limits.streamRecord + 1
        let claim = withUnsafeBytes(of: UInt32(record).bigEndian) { Array($0) }
        #expect(throws: WireError.limitExceeded) {
            try Self.read([10] + claim, by: Self.opener(keyring: ring))
        }
        let headers = [
            PushPullHeader(nodes: Limits.pushPullNodes + 1), PushPullHeader(nodes: -1),
            PushPullHeader(userStateLength: record), PushPullHeader(userStateLength: -1),
            PushPullHeader(nodes: .max), PushPullHeader(userStateLength: .max),
        ]
        for header in headers {
            var bytes: [UInt8] = [6]
            header.encode(into: &bytes)
            #expect(throws: WireError.limitExceeded) { try Self.read(bytes, by: Self.opener()) }
            #expect(throws: WireError.limitExceeded) { try StreamMessage.decode(bytes[...]) }
        }
        for length in [Limits.streamUserMessage + 1, -1, .min] {
            var bytes: [UInt8] = [8]
            UserMessageHeader(length: length).encode(into: &bytes)
            #expect(throws: WireError.limitExceeded) { try Self.read(bytes, by: Self.opener()) }
            #expect(throws: WireError.limitExceeded) { try StreamMessage.decode(bytes[...]) }
        }
        let buffer: [UInt8] = [9, 0x81, 0xa3] + Array("Buf".utf8) + [0xdb, 0xff, 0xff, 0xff, 0xff]
        #expect(throws: WireError.limitExceeded) { try Self.read(buffer, by: Self.opener()) }
    }

    /// What follows a record that is too short for a frame is no part of it, whenever it arrives.
    @Test func aShortRecordIsRefusedForItselfAlone() throws {
        let ring = try Self.keyring()
        for following in [[], [144, 154, 116], [0x20, 1, 2, 3, 4, 5, 6, 7, 8]] as [[UInt8]] {
            #expect(throws: WireError.truncated) {
                try Self.read([10, 0, 0, 0, 0] + following, by: Self.opener(keyring: ring))
            }
        }
    }

    @Test func aCountThatLiesIsTruncatedWhereAllIsAtHand() {
        var bytes: [UInt8] = [6]
        PushPullHeader(nodes: Limits.pushPullNodes, userStateLength: 5).encode(into: &bytes)
        #expect(throws: WireError.truncated) { try StreamMessage.decode(bytes[...]) }
    }

    /// A million states of one byte each, which would take 200 times that in memory.
    @Test func manyTinyStatesAreRefused() throws {
        func pushPull(states: Int) -> [UInt8] {
            var bytes: [UInt8] = [6]
            PushPullHeader(nodes: states).encode(into: &bytes)
            return bytes + [UInt8](repeating: 0xc0, count: states)
        }
        #expect(throws: WireError.limitExceeded) {
            try Self.read(pushPull(states: Limits.pushPullNodes), by: Self.opener())
        }
        let few = try Self.read(pushPull(states: Limits.pushPullSmallStates), by: Self.opener())
        let nodes = [PushNodeState](repeating: PushNodeState(), count: Limits.pushPullSmallStates)
        #expect(few == .pushPull(PushPull(nodes: nodes)))
        let many = (0..<20_000).map {
            PushNodeState(
                name: "n",
                address: [10, 0, 0, 1],
                port: 7946,
                incarnation: UInt32($0),
                versions: [1, 5, 2, 0, 0, 0]
            )
        }
        let honest = StreamMessage.pushPull(PushPull(nodes: many))
        #expect(try Self.read(Self.plain(honest), by: Self.opener()) == honest)
    }

    @Test func inflationStopsAtTheLimit() throws {
        let zeros = StreamMessage.user([UInt8](repeating: 0, count: 100_000))
        var bytes: [UInt8] = []
        try StreamSealer(label: .none, keyring: nil, compression: true)
            .seal(Self.plain(zeros), .request(to: .unknown), into: &bytes)
        #expect(bytes.count < 2_000)
        #expect(try Self.read(bytes, by: Self.opener(limits: .init(body: 110_000))) == zeros)
        #expect(throws: WireError.limitExceeded) {
            try Self.read(bytes, by: Self.opener(limits: .init(body: 90_000)))
        }
    }

    /// Streams are compressed, smaller or not; but not beyond what a receiver takes.
    @Test func whatFitsARecordOnlyAsItIsIsNotCompressed() throws {
        var random = SeededRandom(seed: 1)
        let message = StreamMessage.user((0..<20_000).map { _ in UInt8.random(in: 0...255, using: &random) })
        let ring = try Self.keyring()
        for (limit, fits) in [(20_100, true), (20_000, false)] {
            let sealer = StreamSealer(label: .none, keyring: ring, compression: true, recordLimit: limit)
            var bytes: [UInt8] = []
            if fits {
                try sealer.seal(Self.plain(message), .request(to: .unknown), into: &bytes)
                #expect(try Self.read(bytes, by: Self.opener(keyring: ring)) == message)
            } else {
                #expect(throws: WireError.limitExceeded) {
                    try sealer.seal(Self.plain(message), .request(to: .unknown), into: &bytes)
                }
                #expect(bytes.isEmpty)
            }
        }
    }

    @Test func errorsAreFinal() throws {
        var opener = Self.opener()
        opener.feed([99])
        #expect(throws: WireError.unknownMessageType(99)) { try opener.next() }
        opener.feed(Self.plain())
        #expect(opener.bufferedBytes == 0)
        #expect(throws: WireError.unknownMessageType(99)) { try opener.next() }
    }

    @Test func oneMessageAfterAnother() throws {
        var opener = Self.opener()
        opener.feed(Self.plain() + Self.plain(.user([7])) + [13])
        #expect(try opener.next() == Self.message)
        #expect(try opener.next() == .user([7]))
        #expect(try opener.next() == nil)
        #expect(opener.bufferedBytes == 1)
    }

    /// A state of many small values, a byte at a time: quadratic work would take minutes.
    @Test(.timeLimit(.minutes(10))) func noByteIsLookedAtTwice() throws {
        var bytes: [UInt8] = [6]
        PushPullHeader(nodes: 1).encode(into: &bytes)
        bytes += [0x81, 0xa1, 0x78, 0xdd, 0, 1, 0, 0] + [UInt8](repeating: 0xc0, count: 1 << 16)
        var opener = Self.opener()
        for index in bytes.indices {
            opener.feed([bytes[index]])
            let message = try opener.next()
            #expect((message != nil) == (index == bytes.count - 1))
        }
    }

    @Test(arguments: [false, true])
    func theLargestUserMessageFitsItsRecord(padded: Bool) throws {
        let keyring = Keyring(primary: try SecretKey.random(bytes: 32))
        let sealer = StreamSealer(label: .none, keyring: keyring, compression: false, padded: padded)
        func seal(_ count: Int) throws -> Int {
            var message: [UInt8] = []
            StreamMessage.user([UInt8](repeating: 7, count: count)).encode(into: &message)
            var wire: [UInt8] = []
            // The native suite's frame is the larger one, and the limit is for whoever receives it.
            try sealer.seal(
                message,
                .request(to: Receiver(name: nil, capabilities: .encryption)),
                into: &wire
            )
            return wire.count
        }
        #expect(try seal(sealer.userMessageLimit) <= Limits.streamRecord + 5)
        #expect(throws: WireError.limitExceeded) { try seal(sealer.userMessageLimit + 1) }
    }
}
