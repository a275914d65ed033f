import Testing

@testable import MemberlistWire

/// Codes are read many at a time, and those behind a clear again: that is no way to make a reader work.
@Suite struct LZWCodeReaderTests {
    private static func stream(_ codes: [UInt64]) -> [UInt8] {
        var bytes: [UInt8] = []
        var (bits, count): (UInt64, UInt64) = (0, 0)
        for code in codes {
            bits |= code << count
            count += 9
            while count >= 8 {
                bytes.append(UInt8(truncatingIfNeeded: bits))
                bits >>= 8
                count -= 8
            }
        }
        return bytes + [UInt8(truncatingIfNeeded: bits)]
    }

    /// How many codes are taken apart until all were looked at.
    private static func work(_ stream: [UInt8]) -> Int {
        let codes = UnsafeMutableBufferPointer<UInt16>.allocate(capacity: 512)
        defer { codes.deallocate() }
        return stream.withUnsafeBytes { bytes in
            var reader = LZWCodeReader(bytes)
            var work = 0
            while let count = try? reader.read(into: codes) {
                work += count
                guard let index = codes[..<count].firstIndex(of: UInt16(LZW.clear)) else { continue }
                reader.clear(at: index)
            }
            return work
        }
    }

    @Test func clearsAloneAreNoWork() {
        let count = 50_000
        #expect(Self.work(Self.stream(Array(repeating: LZW.clear, count: count))) <= 16 * count)
    }

    /// However many codes stand between two clears, no more than as many again are read too much.
    @Test(arguments: [1, 15, 16, 17, 100, 254])
    func clearsAmongCodesAreLittleWork(_ between: Int) {
        let run = Array(repeating: UInt64(65), count: between) + [LZW.clear]
        let runs = 1_000
        let stream = Self.stream((0..<runs).flatMap { _ in run })
        #expect(Self.work(stream) <= runs * (3 * run.count + 16))
    }

    @Test func aLongRunOfClearsExpandsToNothingMore() throws {
        let clears = Array(repeating: LZW.clear, count: 5_000)
        var decompressor = LZWDecompressor()
        var output: [UInt8] = []
        try decompressor.decompress(
            Self.stream(clears + [72, 105, LZW.end]).span.bytes,
            limit: 2,
            into: &output
        )
        #expect(output == Array("Hi".utf8))
        #expect(throws: WireError.corruptCompression) {
            _ = try decompressor.decompress(Self.stream(clears).span.bytes, limit: 2)
        }
    }
}
