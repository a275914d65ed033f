import FixtureSupport
import Testing

@testable import MemberlistWire

/// `streams.jsonl`: what one side of HashiCorp's writes on a stream, in any split across reads.
struct StreamFixtureTests {
    @Test(arguments: try Fixtures.lines("streams.jsonl", as: StreamVector.self))
    func opensInAnySplit(_ vector: StreamVector) throws {
        let bytes = vector.hex.bytes
        let expected = try StreamMessage.decode(vector.inner.bytes[...])
        try vector.value.check(expected)
        var random = SeededRandom(seed: UInt64(bytes.count))
        let whole = [bytes.count]
        let single = [Int](repeating: 1, count: bytes.count)
        let splits = [whole, single] + (0..<5).map { _ in random.split(bytes.count) }
        for split in splits {
            var opener = try vector.opener()
            #expect(try Self.feed(bytes, in: split, to: &opener) == [expected])
            #expect(opener.bufferedBytes == 0)
            #expect(opener.isAuthenticated == true)
            #expect((opener.record != nil) == vector.isEncrypted)
        }
    }

    @Test(arguments: try Fixtures.lines("streams.jsonl", as: StreamVector.self))
    func sealsWithTheSameLayers(_ vector: StreamVector) throws {
        let label = try vector.labelValue()
        let keyring = try vector.keyring()
        for padded in vector.isEncrypted ? [false, true] : [false] {
            let sealer = StreamSealer(
                label: label,
                keyring: keyring,
                compression: vector.isCompressed,
                padded: padded
            )
            var sealed: [UInt8] = []
            try sealer.seal(vector.inner.bytes, .request(to: .unknown), into: &sealed)
            if !vector.isEncrypted {
                #expect(Hex.text(sealed) == Hex.text(vector.hex.bytes))
            } else if padded == vector.isPadded {
                #expect(sealed.count == vector.hex.bytes.count)
            }
            let expected = try StreamMessage.decode(vector.inner.bytes[...])
            var opener = try vector.opener()
            #expect(try Self.feed(sealed, in: [sealed.count], to: &opener) == [expected])

            var reply: [UInt8] = []
            try sealer.seal(vector.inner.bytes, .reply(.hashicorp), into: &reply)
            var replies = try vector.opener(direction: .reply(to: nil))
            #expect(try Self.feed(reply, in: [reply.count], to: &replies) == [expected])
        }
    }

    @Test(arguments: try Fixtures.lines("streams.jsonl", as: StreamVector.self))
    func innerMessageEncodesToItsBytes(_ vector: StreamVector) throws {
        var output: [UInt8] = []
        try StreamMessage.decode(vector.inner.bytes[...]).encode(into: &output)
        #expect(Hex.text(output) == Hex.text(vector.inner.bytes))
    }

    @Test(arguments: try Fixtures.lines("streams.jsonl", as: StreamVector.self))
    func everyPrefixWaitsForMore(_ vector: StreamVector) throws {
        let bytes = vector.hex.bytes
        for count in stride(from: 0, to: bytes.count, by: max(1, bytes.count / 300)) {
            var opener = try vector.opener()
            #expect(try Self.feed(bytes, in: [count], to: &opener).isEmpty)
        }
    }

    private static func feed(
        _ bytes: [UInt8],
        in sizes: [Int],
        to opener: inout StreamOpener
    ) throws -> [StreamMessage] {
        var messages: [StreamMessage] = []
        var start = 0
        for size in sizes {
            opener.feed(Array(bytes[start..<start + size]))
            start += size
            while let message = try opener.next() {
                messages.append(message)
            }
        }
        return messages
    }
}
