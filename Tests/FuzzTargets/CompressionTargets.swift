import FixtureSupport
import MemberlistWire

extension FuzzTarget {
    /// LZW, read and written. The first two bytes choose the limit.
    static let lzw = FuzzTarget("lzw", longestInput: 4_096, seeds: CompressionSeeds.lzw) { bytes in
        var decompressor = LZWDecompressor()
        try CompressionRules.check(bytes, takesTrailingBytes: true) {
            (input, limit, output) throws(WireError) in
            try decompressor.expand(input, limit: limit, into: &output)
        } compress: { input in
            var compressor = LZWCompressor()
            var output: [UInt8] = []
            compressor.compress(input.span.bytes, into: &output)
            return output
        }
    }

    /// Deflate with the preset dictionary, the same.
    static let inflate = FuzzTarget("inflate", longestInput: 4_096, seeds: CompressionSeeds.deflate) {
        bytes in
        var decompressor = DeflateDecompressor()
        try CompressionRules.check(bytes, takesTrailingBytes: false) {
            (input, limit, output) throws(WireError) in
            try decompressor.expand(input, limit: limit, into: &output)
        } compress: { input in
            var compressor = DeflateCompressor(windowBits: 12)
            var output: [UInt8] = []
            compressor.compress(input.span.bytes, into: &output)
            return output
        }
    }
}

enum CompressionRules {
    typealias Decompress = (_ input: [UInt8], _ limit: Int, _ output: inout [UInt8]) throws(WireError) -> Void

    /// - Parameters:
    ///   - takesTrailingBytes: Whether what follows the end is passed over, or refused.
    ///   - decompress: One decompressor, used again and again.
    ///   - compress: The other way.
    static func check(
        _ bytes: [UInt8],
        takesTrailingBytes: Bool,
        decompress: Decompress,
        compress: ([UInt8]) -> [UInt8]
    ) throws {
        var input = FuzzInput(bytes)
        let limit = Int(input.byte()) << 8 | Int(input.byte())
        let compressed = Array(input.rest)
        func expand(_ input: [UInt8], limit: Int) throws -> Outcome<[UInt8], WireError> {
            let front: [UInt8] = [1, 2, 3]
            var output = front
            do throws(WireError) {
                try decompress(input, limit, &output)
            } catch {
                try require(output == front, "it gave bytes, and refused")
                return .refused(error)
            }
            try require(output.starts(with: front), "it changed what stood before")
            return .value(Array(output.dropFirst(front.count)))
        }
        let plain = try expand(compressed, limit: limit)
        try require(try expand(compressed, limit: limit) == plain, "the second time it gives another thing")
        if let plain = plain.value {
            try require(plain.count <= limit, "\(plain.count) bytes where \(limit) are allowed")
            try require(
                try expand(compressed, limit: plain.count) == .value(plain),
                "an exact limit is refused"
            )
            let trailed = try expand(compressed + [0], limit: limit)
            try require(
                trailed == (takesTrailingBytes ? .value(plain) : .refused(.corruptCompression)),
                "\(trailed)"
            )
            if !plain.isEmpty {
                let less = try expand(compressed, limit: plain.count - 1)
                try require(less == .refused(.limitExceeded), "a limit of a byte less is kept by \(less)")
            }
        }
        // The input as plain bytes, and what it expands to.
        for original in [compressed, plain.value ?? []] {
            let again = try expand(compress(original), limit: original.count)
            try require(again == .value(original), "compressed and expanded it is another")
        }
    }
}

enum CompressionSeeds {
    private static let limit: [UInt8] = [0xff, 0xff]

    static func lzw() throws -> [[UInt8]] {
        let vectors = try FixtureLine.all("lzw.jsonl").compactMap(\.hex)
        let plain = try FixtureLine.all("gossip.jsonl").prefix(20).compactMap(\.hex)
        return (vectors + plain).map { limit + $0 }
    }

    static func deflate() throws -> [[UInt8]] {
        let lines = try FixtureLine.all("native-compression.jsonl")
        return lines.compactMap(\.deflated).map { limit + $0 }
    }
}
