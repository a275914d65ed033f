/// Codes that start from an empty table, and neither begin nor end a stream: what is sent again and again is compressed
/// once, and put among other blocks with a clear code in front.
package struct LZWBlock: Sendable {
    let bytes: [UInt8]
    /// The last byte may have fewer than eight.
    let bitCount: Int
    /// How many bits the code after the block has.
    let width: Int
}

/// Makes one stream of blocks. Every reader of the format reads it: a clear code may stand anywhere.
struct LZWAssembler: ~Copyable {
    private var bits = LZWBits()
    /// Of the code that comes next.
    private var width = 9

    /// Bytes of the stream of these blocks.
    static func count(of blocks: [LZWBlock]) -> Int {
        var width = 9
        var bits = 0
        for block in blocks {
            bits += width + block.bitCount
            width = block.width
        }
        return (bits + width + 7) / 8
    }

    /// Appends the stream of these blocks.
    static func assemble(_ blocks: [LZWBlock], into output: inout [UInt8]) {
        // A store reaches up to eight bytes beyond what it is for.
        output.append(addingCapacity: count(of: blocks) + 8) { span in
            span.withUnsafeMutableBufferPointer { buffer, count in
                guard let base = buffer.baseAddress else { return }
                var sink = UnsafeMutableRawPointer(base)
                var assembler = LZWAssembler()
                for block in blocks { assembler.append(block, &sink) }
                assembler.end(&sink)
                count = sink - UnsafeMutableRawPointer(base)
            }
        }
    }

    private mutating func append(_ block: LZWBlock, _ sink: inout UnsafeMutableRawPointer) {
        bits.put(LZW.clear, UInt64(width), &sink)
        let whole = block.bitCount / 8
        block.bytes.withUnsafeBytes { bytes in
            var position = 0
            while position + 7 <= whole {
                // Seven bytes and the seven bits that may be left make no more than a word.
                let word = bytes.word(at: position) & (1 << 56 - 1)
                bits.put(word, 56, &sink)
                position += 7
            }
            while position < whole {
                bits.put(UInt64(bytes[position]), 8, &sink)
                position += 1
            }
            let left = block.bitCount % 8
            if left > 0 { bits.put(UInt64(bytes[whole]) & (1 << UInt64(left) - 1), UInt64(left), &sink) }
        }
        width = block.width
    }

    private mutating func end(_ sink: inout UnsafeMutableRawPointer) {
        bits.put(LZW.end, UInt64(width), &sink)
        bits.flush(&sink)
    }
}
