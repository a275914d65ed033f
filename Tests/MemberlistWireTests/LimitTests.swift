import Testing

@testable import MemberlistWire

/// Limits of the wire at the limit, below and above. Those of datagrams, compounds, nesting, nonces and sessions
/// have their tests beside what enforces them.
@Suite struct LimitTests {
    private static let keyBytes = [UInt8](1...32)

    /// What a stream says to its first bytes: nil where it waits for more.
    private static func refusal(of bytes: [UInt8], keyed: Bool = false) throws -> WireError? {
        let keyring = keyed ? try Keyring([SecretKey(bytes: keyBytes)]) : nil
        var opener = StreamOpener(label: .none, keyring: keyring, direction: .inbound)
        opener.feed(bytes)
        do throws(WireError) {
            #expect(try opener.next() == nil)
            return nil
        } catch {
            return error
        }
    }

    private static func bigEndian(_ number: Int) -> [UInt8] {
        withUnsafeBytes(of: UInt32(number).bigEndian) { Array($0) }
    }

    private static func header(_ type: UInt8, _ write: (inout [UInt8]) -> Void) -> [UInt8] {
        var bytes = [type]
        write(&bytes)
        return bytes
    }

    @Test("Trap 31: what a stream claims is held to its limit before it arrives")
    func claimsOfAStream() throws {
        let claims: [(String, Int, Bool, (Int) -> [UInt8])] = [
            ("record", Limits.streamRecord, true, { [10] + Self.bigEndian($0) + [1] }),
            (
                "user message", Limits.streamUserMessage, false,
                { count in Self.header(8) { UserMessageHeader(length: count).encode(into: &$0) } }
            ),
            (
                "user state", Limits.streamRecord, false,
                { count in
                    Self.header(6) { PushPullHeader(nodes: 1, userStateLength: count).encode(into: &$0) }
                }
            ),
            (
                "nodes", Limits.pushPullNodes, false,
                { count in Self.header(6) { PushPullHeader(nodes: count).encode(into: &$0) } }
            ),
        ]
        for (what, limit, keyed, write) in claims {
            for count in [limit - 1, limit, limit + 1] {
                let refusal = try Self.refusal(of: write(count), keyed: keyed)
                #expect(refusal == (count <= limit ? nil : .limitExceeded), "\(what) of \(count)")
            }
        }
    }

    @Test("Trap 32: a stream's message inflates to its limit and no further") func inflatedStream() throws {
        // Type byte, map, key and length of the text.
        let head = 1 + 1 + 6 + 5
        for (count, isAllowed) in [(Limits.streamBody, true), (Limits.streamBody + 1, false)] {
            var message: [UInt8] = []
            StreamMessage.error(String(repeating: " ", count: count - head)).encode(into: &message)
            #expect(message.count == count)
            var body: [UInt8] = []
            var compressor = DeflateCompressor()
            compressor.compress(message.span.bytes, into: &body)
            var bytes: [UInt8] = []
            CompressMessage.writePrefix(
                algorithm: CompressMessage.deflate,
                bodyCount: body.count,
                into: &bytes
            )
            var opener = StreamOpener(label: .none, keyring: nil, direction: .inbound)
            opener.feed(bytes + body)
            if isAllowed {
                #expect(try opener.next() != nil)
            } else {
                #expect(throws: WireError.limitExceeded) { try opener.next() }
            }
        }
    }

    /// What a stream holds follows what has come, by a bounded part more, and never what was claimed.
    @Test func heldBytes() throws {
        let keyring = Keyring(primary: try SecretKey(bytes: Self.keyBytes))
        var opener = StreamOpener(label: .none, keyring: keyring, direction: .inbound)
        opener.feed([10] + Self.bigEndian(Limits.streamRecord) + [1])
        #expect(try opener.next() == nil)
        #expect(opener.heldBytes() <= 4_096)
        let piece = [UInt8](repeating: 1, count: Limits.streamRead)
        for round in 1...200 {
            let foretold = opener.heldBytes(adding: piece.count)
            opener.feed(piece)
            #expect(try opener.next() == nil)
            let arrived = 6 + round * piece.count
            #expect(opener.heldBytes() >= arrived)
            #expect(opener.heldBytes() <= foretold + 8_192)
            #expect(opener.heldBytes() <= arrived + min(3 * arrived, 1 << 20) + 8_192)
        }
    }

    @Test func statesForTheirBytes() throws {
        func pushPull(_ states: Int, userState: Int) -> [UInt8] {
            var bytes: [UInt8] = [6]
            PushPullHeader(nodes: states, userStateLength: userState).encode(into: &bytes)
            // A state of one byte is nil: all its fields are blank.
            return bytes + [UInt8](repeating: 0xc0, count: states + userState)
        }
        let states = Limits.pushPullSmallStates + 100
        // Bytes behind the header for which that many states are the most.
        let bytes = 100 * Limits.pushPullStateBytes
        for (more, isAllowed) in [(-1, false), (0, true), (1, true)] {
            let message = pushPull(states, userState: bytes + more - states)
            if isAllowed {
                #expect(throws: Never.self) { try StreamMessage.decode(message[...]) }
            } else {
                #expect(throws: WireError.limitExceeded) { try StreamMessage.decode(message[...]) }
            }
        }
    }

    @Test func addresses() {
        for count in 0...20 {
            let address = IPAddress(bytes: [UInt8](repeating: 1, count: count))
            #expect((address != nil) == [4, 16].contains(count))
        }
    }

    @Test func labels() throws {
        for (count, isAllowed) in [(0, true), (1, true), (254, true), (255, true), (256, false)] {
            let label = try? Label(String(repeating: "l", count: count))
            #expect((label != nil) == isAllowed, "\(count)")
        }
    }

    @Test("Trap 19: a part of a compound has at most 65,535 bytes, and a compound at most 255 parts")
    func partsOfACompound() throws {
        for (count, isAllowed) in [(65_534, true), (65_535, true), (65_536, false)] {
            var writer = CompoundWriter()
            #expect(writer.fits(count, budget: .max) == isAllowed)
            #expect(((try? writer.append([UInt8](repeating: 8, count: count)[...])) != nil) == isAllowed)
        }
        var writer = CompoundWriter()
        for _ in 0..<255 { try writer.append([8]) }
        #expect(!writer.fits(1, budget: .max))
        #expect(throws: WireError.self) { try writer.append([8]) }
        var encoded: [UInt8] = []
        writer.finish(into: &encoded)
        var reader = try CompoundReader(encoded.dropFirst())
        var parts = 0
        while try reader.next() != nil { parts += 1 }
        #expect(parts == 255)
    }

    @Test func replayedCounters() throws {
        let key = KeyID(rawValue: 9)
        let session = [UInt8](repeating: 7, count: 16)
        for (age, isAllowed) in [(Limits.replayWindow - 1, true), (Limits.replayWindow, false)] {
            var table = ReplayTable()
            for (counter, isExpected) in [(5_000, true), (5_000 - age, isAllowed), (5_001, true)] {
                let nonce = try #require(NativeNonce(session: session, counter: counter))
                #expect(table.insert(nonce, under: key) == isExpected, "\(counter)")
            }
        }
    }

    /// Layers have one order: however deep something is nested, the second level is refused, at once.
    @Test("Trap 33: compounds in compounds cost no more than their bytes", arguments: [1, 2, 16_000])
    func nestedCompounds(depth: Int) throws {
        var nested: [UInt8] = [8, 1]
        for _ in 0..<depth {
            nested = [7, 1] + withUnsafeBytes(of: UInt16(nested.count).bigEndian) { Array($0) } + nested
        }
        var opener = DatagramOpener(label: .none, keyring: nil, verifiesIncoming: true, acceptsPadded: false)
        var opened = try opener.open(nested.span.bytes, at: 0)
        if depth == 1 {
            #expect(try opened.nextPart() == [8, 1])
        } else {
            #expect(throws: WireError.misplacedLayer) { try opened.nextPart() }
        }
        #expect(try opened.nextPart() == nil)
    }
}
