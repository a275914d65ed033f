import FixtureSupport
import Testing

@testable import MemberlistWire

/// What a stream's peer claims, and what it costs; ``LimitTests`` has each limit at, below and above itself.
struct StreamClaimTests {
    @Test func claimsThatNobodyCanMeanAreRefusedBeforeTheirBytesArrive() throws {
        let ring = try Streams.keyring()
        #expect(throws: WireError.limitExceeded) {
            try Streams.read([10, 0xff, 0xff, 0xff, 0xff], by: Streams.opener(keyring: ring))
        }
        let headers = [
            PushPullHeader(nodes: -1), PushPullHeader(userStateLength: -1),
            PushPullHeader(nodes: .max), PushPullHeader(userStateLength: .max),
        ]
        for header in headers {
            var bytes: [UInt8] = [6]
            header.encode(into: &bytes)
            #expect(throws: WireError.limitExceeded) { try Streams.read(bytes, by: Streams.opener()) }
            #expect(throws: WireError.limitExceeded) { try StreamMessage.decode(bytes[...]) }
        }
        for length in [-1, .min, .max] {
            var bytes: [UInt8] = [8]
            UserMessageHeader(length: length).encode(into: &bytes)
            #expect(throws: WireError.limitExceeded) { try Streams.read(bytes, by: Streams.opener()) }
            #expect(throws: WireError.limitExceeded) { try StreamMessage.decode(bytes[...]) }
        }
        let buffer: [UInt8] = [9, 0x81, 0xa3] + Array("Buf".utf8) + [0xdb, 0xff, 0xff, 0xff, 0xff]
        #expect(throws: WireError.limitExceeded) { try Streams.read(buffer, by: Streams.opener()) }
    }

    /// What follows a record that is too short for a frame is no part of it, whenever it arrives.
    @Test func aShortRecordIsRefusedForItselfAlone() throws {
        let ring = try Streams.keyring()
        for following in [[], [144, 154, 116], [0x20, 1, 2, 3, 4, 5, 6, 7, 8]] as [[UInt8]] {
            #expect(throws: WireError.truncated) {
                try Streams.read([10, 0, 0, 0, 0] + following, by: Streams.opener(keyring: ring))
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
            try Streams.read(pushPull(states: Limits.pushPullNodes), by: Streams.opener())
        }
        let few = try Streams.read(pushPull(states: Limits.pushPullSmallStates), by: Streams.opener())
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
        #expect(try Streams.read(Streams.plain(honest), by: Streams.opener()) == honest)
    }

    @Test func inflationStopsAtTheLimit() throws {
        let zeros = StreamMessage.user([UInt8](repeating: 0, count: 100_000))
        var bytes: [UInt8] = []
        try StreamSealer(label: .none, keyring: nil, compression: true)
            .seal(Streams.plain(zeros), .request(to: .unknown), into: &bytes)
        #expect(bytes.count < 2_000)
        #expect(try Streams.read(bytes, by: Streams.opener(limits: .init(body: 110_000))) == zeros)
        #expect(throws: WireError.limitExceeded) {
            try Streams.read(bytes, by: Streams.opener(limits: .init(body: 90_000)))
        }
    }

    /// Streams are compressed, smaller or not; but not beyond what a receiver takes.
    @Test func whatFitsARecordOnlyAsItIsIsNotCompressed() throws {
        var random = SeededRandom(seed: 1)
        let message = StreamMessage.user((0..<20_000).map { _ in UInt8.random(in: 0...255, using: &random) })
        let ring = try Streams.keyring()
        for (limit, fits) in [(20_100, true), (20_000, false)] {
            let sealer = StreamSealer(label: .none, keyring: ring, compression: true, recordLimit: limit)
            var bytes: [UInt8] = []
            if fits {
                try sealer.seal(Streams.plain(message), .request(to: .unknown), into: &bytes)
                #expect(try Streams.read(bytes, by: Streams.opener(keyring: ring)) == message)
            } else {
                #expect(throws: WireError.limitExceeded) {
                    try sealer.seal(Streams.plain(message), .request(to: .unknown), into: &bytes)
                }
                #expect(bytes.isEmpty)
            }
        }
    }

    /// Two states of many small values, and where their bytes begin.
    private static func manyValues() -> (bytes: [UInt8], states: Int) {
        var bytes: [UInt8] = [6]
        PushPullHeader(nodes: 2).encode(into: &bytes)
        let states = bytes.count
        for _ in 0..<2 { bytes += [0x81, 0xa1, 0x78, 0xdc, 1, 0] + [UInt8](repeating: 0xc0, count: 256) }
        return (bytes, states)
    }

    /// What was passed is made what no value begins with: whoever looked at it again would refuse it.
    @Test func noByteIsLookedAtTwice() throws {
        var (bytes, states) = Self.manyValues()
        var framer = try StreamMessageFramer(.pushPull, limit: Limits.streamBody)
        for arrived in 1...bytes.count {
            let end = try Self.end(&framer, in: bytes[..<arrived])
            #expect(end == (arrived == bytes.count ? bytes.count : nil))
            // The head of a value is looked at until all of it is there.
            if arrived >= states + 9 { bytes[arrived - 9] = Tag.never }
        }
    }

    @Test func aStreamGoesOnWhereItStood() throws {
        var (bytes, states) = Self.manyValues()
        var opener = Streams.opener()
        for byte in bytes.dropLast() {
            opener.feed([byte])
            #expect(try opener.next() == nil)
        }
        guard case .message(var framer) = opener.stage else {
            Issue.record("it is not in a message")
            return
        }
        for index in states..<bytes.count - 9 { bytes[index] = Tag.never }
        #expect(try Self.end(&framer, in: bytes[...]) == bytes.count)
    }

    private static func end(_ framer: inout StreamMessageFramer, in bytes: ArraySlice<UInt8>) throws -> Int? {
        try bytes.withUnsafeBytes { bytes throws(WireError) in try framer.end(in: bytes) }
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
