import FixtureSupport
import MemberlistWire
import Testing

@Suite("LZW")
struct LZWTests {
    struct Line: Decodable {
        let name: String
        let hex: Hex
        let inner: Hex?
    }

    private static func compress(_ bytes: [UInt8]) -> [UInt8] {
        var compressor = LZWCompressor()
        var output: [UInt8] = []
        compressor.compress(bytes.span.bytes, into: &output)
        return output
    }

    private static func decompress(_ bytes: [UInt8], limit: Int = 1 << 24) throws(WireError) -> [UInt8] {
        var decompressor = LZWDecompressor()
        return try decompressor.expand(bytes, limit: limit)
    }

    @Test("writes and reads what Go writes, to the byte, with one compressor for all")
    func goldenVectors() throws {
        var compressor = LZWCompressor()
        var decompressor = LZWDecompressor()
        for line in try Fixtures.lines("lzw.jsonl", as: Line.self) {
            let inner = line.inner?.bytes ?? []
            var compressed: [UInt8] = []
            compressor.compress(inner.span.bytes, into: &compressed)
            #expect(compressed == line.hex.bytes, "\(line.name)")
            var plain: [UInt8] = []
            try decompressor.decompress(line.hex.bytes.span.bytes, limit: inner.count, into: &plain)
            #expect(plain == inner, "\(line.name)")
        }
    }

    @Test("comes back the same, at any size and of any likeness to itself", arguments: [0, 1, 2, 4, 16, 256])
    func roundTrip(alphabet: Int) throws {
        var random = SeededRandom(seed: UInt64(alphabet))
        for size in [
            0, 1, 2, 3, 100, 1_000, 3_837, 3_838, 3_839, 32_767, 32_768, 32_769, 65_536, 65_537, 300_000,
        ] {
            let plain = (0..<size).map { _ in alphabet < 2 ? UInt8(alphabet) : random.byte(below: alphabet) }
            let back = try Self.decompress(Self.compress(plain))
            #expect(back == plain, "\(size) bytes of \(alphabet) values")
        }
    }

    @Test("appends and leaves alone what was there")
    func appends() throws {
        var compressor = LZWCompressor()
        var output: [UInt8] = [1, 2, 3]
        compressor.compress([UInt8](repeating: 9, count: 50).span.bytes, into: &output)
        #expect(output.prefix(3) == [1, 2, 3])
        var decompressor = LZWDecompressor()
        var plain: [UInt8] = [4, 5]
        try decompressor.decompress(Array(output.dropFirst(3)).span.bytes, limit: 50, into: &plain)
        #expect(plain == [4, 5] + [UInt8](repeating: 9, count: 50))
    }

    @Test("stops at the limit, to the byte, and appends nothing")
    func limit() throws {
        let compressed = Self.compress([UInt8](repeating: 7, count: 5_000))
        #expect(try Self.decompress(compressed, limit: 5_000).count == 5_000)
        #expect(throws: WireError.limitExceeded) { try Self.decompress(compressed, limit: 4_999) }
        #expect(throws: WireError.limitExceeded) { try Self.decompress(compressed, limit: 0) }
        var decompressor = LZWDecompressor()
        var output: [UInt8] = []
        #expect(throws: WireError.limitExceeded) {
            try decompressor.decompress(compressed.span.bytes, limit: 10, into: &output)
        }
        #expect(output.isEmpty)
    }

    @Test("refuses every stream without its end code, and ignores bytes after it")
    func endCode() throws {
        let plain = (0..<400).map { UInt8(truncatingIfNeeded: $0 * $0 / 3) }
        let compressed = Self.compress(plain)
        for count in 0..<compressed.count {
            #expect(throws: WireError.corruptCompression) {
                try Self.decompress(Array(compressed.prefix(count)))
            }
        }
        #expect(try Self.decompress(compressed + [1, 2, 3]) == plain)
    }

    @Test("never reads a code before it exists, whatever the bytes")
    func garbage() {
        var random = SeededRandom(seed: 11)
        var decompressor = LZWDecompressor()
        for _ in 0..<20_000 {
            let bytes = (0..<Int(random.next() % 120)).map { _ in random.byte(below: 256) }
            var output: [UInt8] = []
            do throws(WireError) {
                try decompressor.decompress(bytes.span.bytes, limit: 2_000, into: &output)
            } catch {
                #expect(error == .corruptCompression || error == .limitExceeded)
            }
            #expect(output.count <= 2_000)
        }
        // The first code after a clear must be a literal: 258 has no meaning yet.
        let orphan: [UInt8] = [0x00, 0x05, 0x02, 0x04]
        #expect(throws: WireError.corruptCompression) { try Self.decompress(orphan) }
    }

    @Test("keeps decoding with a full table, as Go's reader does")
    func fullTableWithoutClear() throws {
        // Literals alone, never a clear: the table fills, then codes stay at 12 bits.
        var bits = BitWriter()
        var plain: [UInt8] = []
        var highest = 257
        for index in 0..<6_000 {
            let width = min(12, Int.bitWidth - max(highest, 256).leadingZeroBitCount)
            let literal = UInt8(truncatingIfNeeded: index * 7)
            bits.write(Int(literal), width: width)
            plain.append(literal)
            highest = min(highest + 1, 4_095)
        }
        // 4,095 was the last code to be defined: by the literal that came when it was the highest.
        bits.write(4_095, width: 12)
        let place = 4_095 - 258
        plain += plain[place...place + 1]
        bits.write(257, width: 12)
        #expect(try Self.decompress(bits.finished()) == plain)
    }
}

struct BitWriter {
    private var bytes: [UInt8] = []
    private var bits = 0
    private var count = 0

    mutating func write(_ code: Int, width: Int) {
        bits |= code << count
        count += width
        while count >= 8 {
            bytes.append(UInt8(truncatingIfNeeded: bits))
            bits >>= 8
            count -= 8
        }
    }

    func finished() -> [UInt8] {
        count > 0 ? bytes + [UInt8(truncatingIfNeeded: bits)] : bytes
    }
}
