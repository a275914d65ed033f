import FixtureSupport
import Testing

@testable import MemberlistWire

@Suite("Deflate with dictionary 1")
struct DeflateTests {
    private static func compress(_ bytes: [UInt8], windowBits: Int = 15) -> [UInt8] {
        var compressor = DeflateCompressor(windowBits: windowBits)
        var output: [UInt8] = []
        compressor.compress(bytes.span.bytes, into: &output)
        return output
    }

    private static func decompress(_ bytes: [UInt8], limit: Int = 1 << 24) throws(WireError) -> [UInt8] {
        var decompressor = DeflateDecompressor()
        return try decompressor.expand(bytes, limit: limit)
    }

    @Test("comes back the same, at any size and of any likeness to itself", arguments: [0, 1, 2, 4, 16, 256])
    func roundTrip(alphabet: Int) throws {
        var random = SeededRandom(seed: UInt64(alphabet))
        for windowBits in [12, 15] {
            var compressor = DeflateCompressor(windowBits: windowBits)
            var decompressor = DeflateDecompressor()
            for size in [
                0, 1, 2, 3, 100, 1_400, 4_095, 4_096, 4_097, 32_768, 32_769, 65_536, 69_632, 69_633, 300_000,
            ] {
                let plain = (0..<size).map { _ in
                    alphabet < 2 ? UInt8(alphabet) : random.byte(below: alphabet)
                }
                var compressed: [UInt8] = []
                compressor.compress(plain.span.bytes, into: &compressed)
                var back: [UInt8] = []
                try decompressor.decompress(compressed.span.bytes, limit: size, into: &back)
                #expect(back == plain, "\(size) bytes of \(alphabet) values, window \(windowBits)")
            }
        }
    }

    @Test("what does not shrink grows by little")
    func incompressible() {
        var random = SeededRandom(seed: 3)
        for size in [0, 1, 50, 1_400, 70_000, 1_000_000] {
            let compressed = Self.compress(random.bytes(size))
            #expect(compressed.count <= size + size / 256 + 32, "\(size) bytes")
        }
    }

    @Test("goes as it is where zlib gets no memory, in datagrams and in streams")
    func noMemory() throws {
        let payload: [UInt8] = [8] + [UInt8](repeating: 7, count: 500)
        var compressor = DeflateCompressor(hasMemory: false)
        var output: [UInt8] = [1]
        #expect(!compressor.compress(payload.span.bytes, into: &output) && output == [1])

        let receiver = Receiver(name: "b", capabilities: .all)
        var sealer = DatagramSealer(
            label: .none,
            keyring: nil,
            compression: true,
            padded: false,
            codecs: DatagramCodecs(deflater: DeflateCompressor(hasMemory: false))
        )
        for _ in 0..<2 {
            try sealer.seal(payload, for: receiver, into: &output)
            #expect(output == payload)
        }
        var message: [UInt8] = []
        StreamMessage.user(payload).encode(into: &message)
        var stream = StreamSealer(label: .none, keyring: nil, compression: true)
        output = []
        try stream.seal(message, .request(to: receiver), into: &output)
        #expect(output.count < message.count)
        stream.zlibHasMemory = false
        output = []
        try stream.seal(message, .request(to: receiver), into: &output)
        #expect(output == message)
    }

    @Test("each message stands alone, whatever came before it")
    func independence() throws {
        var random = SeededRandom(seed: 5)
        var compressor = DeflateCompressor()
        var decompressor = DeflateDecompressor()
        let ping: [UInt8] = [0, 0x82, 0xa4] + "Node".utf8 + [0xa1, 0x61, 0xa5] + "SeqNo".utf8 + [7]
        let alone = Self.compress(ping)
        for _ in 0..<50 {
            var noise: [UInt8] = []
            compressor.compress(random.bytes(900).span.bytes, into: &noise)
            var output: [UInt8] = []
            compressor.compress(ping.span.bytes, into: &output)
            #expect(output == alone)
            // A stream broken off leaves nothing behind in the reader either.
            var plain: [UInt8] = []
            #expect(throws: WireError.self) {
                try decompressor.decompress(Array(noise.prefix(300)).span.bytes, limit: 2_000, into: &plain)
            }
            try decompressor.decompress(output.span.bytes, limit: ping.count, into: &plain)
            #expect(plain == ping)
        }
    }

    @Test("appends and leaves alone what was there")
    func appends() throws {
        var output: [UInt8] = [1, 2, 3]
        var compressor = DeflateCompressor()
        compressor.compress([UInt8](repeating: 9, count: 50).span.bytes, into: &output)
        #expect(output.prefix(3) == [1, 2, 3])
        var decompressor = DeflateDecompressor()
        var plain: [UInt8] = [4, 5]
        try decompressor.decompress(Array(output.dropFirst(3)).span.bytes, limit: 50, into: &plain)
        #expect(plain == [4, 5] + [UInt8](repeating: 9, count: 50))
    }

    @Test(
        "stops at the limit, to the byte, and appends nothing",
        arguments: [1, 50, 4_096, 4_097, 69_632, 100_000]
    )
    func limit(size: Int) throws {
        let compressed = Self.compress([UInt8](repeating: 7, count: size))
        #expect(try Self.decompress(compressed, limit: size).count == size)
        #expect(try Self.decompress(compressed, limit: size + 1).count == size)
        #expect(try Self.decompress(compressed, limit: .max).count == size)
        for limit in [size - 1, size / 2, 0, -1] {
            var decompressor = DeflateDecompressor()
            var output: [UInt8] = [1]
            #expect(throws: WireError.limitExceeded) {
                try decompressor.decompress(compressed.span.bytes, limit: limit, into: &output)
            }
            #expect(output == [1])
        }
        #expect(try Self.decompress(Self.compress([]), limit: 0).isEmpty)
    }

    @Test("a bomb costs the limit and a step, not what it holds")
    func bomb() {
        let bomb = Self.compress([UInt8](repeating: 0, count: 3_000_000))
        #expect(bomb.count < 4_000)
        var decompressor = DeflateDecompressor()
        var output: [UInt8] = []
        #expect(throws: WireError.limitExceeded) {
            try decompressor.decompress(bomb.span.bytes, limit: Limits.datagramBody, into: &output)
        }
        #expect(output.isEmpty)
        #expect(output.capacity <= 4 * Limits.datagramBody)
    }

    @Test("refuses every stream cut short, and every one with a byte behind it")
    func wholeStreamsAlone() throws {
        let plain = (0..<400).map { UInt8(truncatingIfNeeded: $0 * $0 / 3) }
        let compressed = Self.compress(plain)
        #expect(try Self.decompress(compressed) == plain)
        for count in 0..<compressed.count {
            #expect(throws: WireError.corruptCompression) {
                try Self.decompress(Array(compressed.prefix(count)))
            }
        }
        for tail: [UInt8] in [[0], [0xff], [3, 0], compressed] {
            #expect(throws: WireError.corruptCompression) { try Self.decompress(compressed + tail) }
        }
    }

    @Test("takes any bytes without a trap, and never more than the limit")
    func garbage() throws {
        var random = SeededRandom(seed: 11)
        var decompressor = DeflateDecompressor()
        var output: [UInt8] = []
        output.reserveCapacity(8_192)
        let capacity = output.capacity
        let captured = try CapturedDatagram.all().map(\.hex.bytes)
        let valid = captured.map { Self.compress($0) }
        for round in 0..<20_000 {
            var bytes = valid[round % valid.count]
            if round.isMultiple(of: 4) { bytes = random.bytes(Int(random.next() % 120)) }
            for _ in 0..<(1 + round % 3) where !bytes.isEmpty {
                bytes[Int(random.next() % UInt64(bytes.count))] ^= 1 << UInt8(random.next() % 8)
            }
            output.removeAll(keepingCapacity: true)
            do throws(WireError) {
                try decompressor.decompress(bytes.span.bytes, limit: 2_000, into: &output)
            } catch {
                #expect(error == .corruptCompression || error == .limitExceeded)
                #expect(output.isEmpty)
            }
            #expect(output.count <= 2_000)
        }
        #expect(output.capacity == capacity, "the output grew past what its limit needs")
        // After all that it still reads what is right.
        for (plain, compressed) in zip(captured, valid) {
            output.removeAll(keepingCapacity: true)
            try decompressor.decompress(compressed.span.bytes, limit: plain.count, into: &output)
            #expect(output == plain)
        }
    }
}
