import Testing

@testable import MemberlistWire

/// What a stream takes, refuses and says of itself, layer by layer.
struct StreamPipelineTests {
    @Test func encryptionMustBeWhatIsConfigured() throws {
        let ring = try Streams.keyring()
        #expect(throws: WireError.notEncrypted) {
            try Streams.read(Streams.plain(), by: Streams.opener(keyring: ring))
        }
        #expect(throws: WireError.encryptedUnexpectedly) {
            try Streams.read(Streams.sealed(Streams.plain()), by: Streams.opener())
        }
        let other = try Keyring([SecretKey(bytes: [UInt8](repeating: 9, count: 32))])
        #expect(throws: WireError.authenticationFailed) {
            try Streams.read(Streams.sealed(Streams.plain()), by: Streams.opener(keyring: other))
        }
        #expect(throws: WireError.paddedEncryptionRefused) {
            try Streams.read(Streams.sealed(Streams.plain(), padded: true), by: Streams.opener(keyring: ring))
        }
    }

    @Test func plaintextIsTakenWhileMovingToEncryption() throws {
        var opener = Streams.opener(keyring: try Streams.keyring(), verifiesIncoming: false)
        opener.feed(Streams.plain())
        #expect(try opener.next() == Streams.message)
        #expect(opener.isAuthenticated == false)
        opener.feed(try Streams.sealed(Streams.plain()))
        #expect(try opener.next() == Streams.message)
        #expect(opener.isAuthenticated == true)
    }

    @Test func labelsMustMatch() throws {
        let label = try Label("blue")
        let bytes: [UInt8] = [244, 4] + Array("blue".utf8) + Streams.plain()
        #expect(try Streams.read(bytes, by: Streams.opener(label: label)) == Streams.message)
        let refused: [([UInt8], Label, WireError)] = [
            (bytes, .none, .labelMismatch), (bytes, try Label("blu"), .labelMismatch),
            (bytes, try Label("blux"), .labelMismatch), (Streams.plain(), label, .labelMismatch),
            ([244, 4, 0x62, 0x78], label, .labelMismatch), ([244, 0], label, .malformedLabel),
            ([244, 4] + Array("blue".utf8) + bytes, label, .misplacedLayer),
        ]
        for (bytes, label, error) in refused {
            #expect(throws: error) { try Streams.read(bytes, by: Streams.opener(label: label)) }
        }
        #expect(throws: WireError.misplacedLayer) {
            try Streams.read(bytes, by: Streams.opener(label: label, direction: .reply(to: nil)))
        }
    }

    @Test func aRecordIsBoundToItsLabel() throws {
        let ring = try Streams.keyring()
        let record = try Streams.sealed(Streams.plain(), label: Label("blue"), role: .reply(.hashicorp))
        func read(under label: Label) throws -> StreamMessage? {
            try Streams.read(
                record,
                by: Streams.opener(label: label, keyring: ring, direction: .reply(to: nil))
            )
        }
        #expect(try read(under: Label("blue")) == Streams.message)
        #expect(throws: WireError.authenticationFailed) { try read(under: Label("red")) }
    }

    @Test func theNonceIsTheRecords() throws {
        let record = try Streams.sealed(Streams.plain())
        var opener = Streams.opener(keyring: try Streams.keyring())
        #expect(opener.isAuthenticated == false)
        opener.feed(record)
        _ = try opener.next()
        let nonce = Nonce(record.span.bytes, at: 6)
        #expect(opener.record?.identity == nonce.map { .random($0) })
    }

    @Test func emptyAndNestedBodiesAreRefused() throws {
        let ring = try Streams.keyring()
        #expect(throws: WireError.emptyBody) {
            try Streams.read(Streams.sealed([]), by: Streams.opener(keyring: ring))
        }
        var sealer = StreamSealer(label: .none, keyring: nil, compression: true)
        for (inner, error) in [
            ([], WireError.emptyBody), (Streams.plain(), nil), ([99], .unknownMessageType(99)),
        ] {
            var bytes: [UInt8] = []
            try sealer.seal(inner, .request(to: .unknown), into: &bytes)
            if let error {
                #expect(throws: error) { try Streams.read(bytes, by: Streams.opener()) }
            } else {
                #expect(try Streams.read(bytes, by: Streams.opener()) == Streams.message)
            }
            var twice: [UInt8] = []
            try sealer.seal(bytes, .request(to: .unknown), into: &twice)
            #expect(throws: WireError.misplacedLayer) { try Streams.read(twice, by: Streams.opener()) }
        }
        sealer = StreamSealer(label: .none, keyring: ring, compression: false)
        let twice = try Streams.sealed(Streams.sealed(Streams.plain()))
        #expect(throws: WireError.misplacedLayer) {
            try Streams.read(twice, by: Streams.opener(keyring: ring))
        }
        for layer in [7, 12] as [UInt8] {
            #expect(throws: WireError.misplacedLayer) {
                try Streams.read([layer, 0, 0], by: Streams.opener())
            }
        }
        #expect(throws: WireError.unknownCompression(3)) {
            try Streams.read(
                [9, 0x82, 0xa4] + Array("Algo".utf8) + [3, 0xa3] + Array("Buf".utf8) + [0xa0],
                by: Streams.opener()
            )
        }
    }

    @Test func errorsAreFinal() throws {
        var opener = Streams.opener()
        opener.feed([99])
        #expect(throws: WireError.unknownMessageType(99)) { try opener.next() }
        opener.feed(Streams.plain())
        #expect(opener.bufferedBytes == 0)
        #expect(throws: WireError.unknownMessageType(99)) { try opener.next() }
    }

    @Test func oneMessageAfterAnother() throws {
        var opener = Streams.opener()
        opener.feed(Streams.plain() + Streams.plain(.user([7])) + [13])
        #expect(try opener.next() == Streams.message)
        #expect(try opener.next() == .user([7]))
        #expect(try opener.next() == nil)
        #expect(opener.bufferedBytes == 1)
    }
}
