/// Lempel-Ziv-Welch as Go's `compress/lzw` writes it, least significant bits first, literals of 8 bits: to
/// the byte, so that a datagram of this project's has the size that a Go node's has.
///
/// One value is kept by whoever compresses and used again: its table is never cleared, because each entry
/// carries the generation that wrote it.
package struct LZWCompressor: ~Copyable {
    /// Entries are `generation (32) | prefix code (12) | byte (8) | code (12)`; open addressing.
    private let slots: UnsafeMutablePointer<UInt64>
    private var generation: UInt64 = 0
    /// Codes that are found and not yet written.
    private let codes: UnsafeMutablePointer<UInt16>
    /// What stands for the bytes since the last code that was found.
    private var code = Self.noCode
    /// The newest code of the table.
    private var highest = LZW.end

    /// Twice what a full table of codes takes.
    private static let slotCount = 8_192
    private static let codeRoom = 2_048
    private static let noCode = UInt64.max
    /// Input is taken in pieces, so that the room asked of the output stays close to what is used.
    private static let pieceBytes = 32_768

    package init() {
        slots = .allocate(capacity: Self.slotCount)
        slots.initialize(repeating: 0, count: Self.slotCount)
        codes = .allocate(capacity: Self.codeRoom)
        codes.initialize(repeating: 0, count: Self.codeRoom)
    }

    deinit {
        slots.deallocate()
        codes.deallocate()
    }

    /// Appends the compressed form of `input`, end code included.
    package mutating func compress(_ input: RawSpan, into output: inout [UInt8]) {
        write(input, isStream: true, into: &output)
    }

    /// The compressed form of `input` alone, to be put among others by an ``LZWAssembler``.
    package mutating func block(_ input: RawSpan) -> LZWBlock {
        var bytes: [UInt8] = []
        let end = write(input, isStream: false, into: &bytes)
        return LZWBlock(bytes: bytes, bitCount: end.bitCount, width: end.width)
    }

    /// - Returns: How many bits were written, and how wide the next code is.
    @discardableResult
    private mutating func write(
        _ input: RawSpan,
        isStream: Bool,
        into output: inout [UInt8]
    ) -> (bitCount: Int, width: Int) {
        let mask = Self.mask(for: input.byteCount)
        let begin = output.count
        var writer = LZWBitWriter()
        startGeneration()
        code = Self.noCode
        input.withUnsafeBytes { bytes in
            var start = 0
            repeat {
                let end = min(start + Self.pieceBytes, bytes.count)
                let isLast = end == bytes.count
                let piece = UnsafeRawBufferPointer(rebasing: bytes[start..<end])
                output.append(addingCapacity: LZWBitWriter.room(for: piece.count)) { span in
                    span.withUnsafeMutableBufferPointer { buffer, count in
                        guard let base = buffer.baseAddress else { return }
                        var sink = UnsafeMutableRawPointer(base)
                        if isStream, start == 0 { writer.clear(&sink) }
                        write(piece, mask: mask, &writer, &sink)
                        if isLast { finish(&writer, endsStream: isStream, &sink) }
                        count = sink - UnsafeMutableRawPointer(base)
                    }
                }
                start = end
            } while start < bytes.count
        }
        return writer.length(bytes: output.count - begin)
    }

    /// Small inputs use a small part of the table, which stays in the nearest cache.
    private static func mask(for inputBytes: Int) -> UInt64 {
        var size = 512
        while size < slotCount, size < 2 * inputBytes { size *= 2 }
        return UInt64(size - 1)
    }

    /// Forgets all codes but the literals.
    private mutating func startGeneration() {
        highest = LZW.end
        generation += 1
        if generation > UInt64(UInt32.max) {
            slots.update(repeating: 0, count: Self.slotCount)
            generation = 1
        }
    }

    private mutating func finish(
        _ writer: inout LZWBitWriter,
        endsStream: Bool,
        _ sink: inout UnsafeMutableRawPointer
    ) {
        if code != Self.noCode {
            codes[0] = UInt16(truncatingIfNeeded: code)
            writer.append(UnsafeBufferPointer(start: codes, count: 1), &sink)
            // Go counts the last code too before it writes the end code, and may widen or clear for it.
            if highest + 1 == LZW.lastCode { writer.clear(&sink) }
        }
        if endsStream { writer.end(&sink) }
        writer.flush(&sink)
    }

    private mutating func write(
        _ input: UnsafeRawBufferPointer,
        mask: UInt64,
        _ writer: inout LZWBitWriter,
        _ sink: inout UnsafeMutableRawPointer
    ) {
        var rest = input[...]
        if code == Self.noCode, let first = rest.popFirst() { code = UInt64(first) }
        while !rest.isEmpty {
            let (taken, count) = findCodes(
                in: UnsafeRawBufferPointer(rebasing: rest.prefix(Self.codeRoom)),
                mask: mask
            )
            rest = rest.dropFirst(taken)
            writer.append(UnsafeBufferPointer(start: codes, count: count), &sink)
            if highest == LZW.lastCode {
                writer.clear(&sink)
                startGeneration()
            }
        }
    }

    /// Puts the codes of `input` into ``codes`` until it ends or the codes run out. They are made into bits
    /// afterwards: the loop here is short, and goes another way every few bytes, which is what costs.
    ///
    /// - Returns: How many bytes were read, and how many codes there are.
    private mutating func findCodes(in input: UnsafeRawBufferPointer, mask: UInt64) -> (
        taken: Int, count: Int
    ) {
        let (slots, codes) = (slots, codes)
        let generation = generation
        var (code, highest) = (code, highest)
        defer { (self.code, self.highest) = (code, highest) }
        var count = 0
        var position = 0
        next: while position < input.count {
            let literal = UInt64(input[position])
            position &+= 1
            let tag = generation &<< 20 | code &<< 8 | literal
            var slot = (code ^ (literal &* 0x9E37_79B1) &>> 13) & mask
            var entry = slots[Int(truncatingIfNeeded: slot)]
            while entry &>> 12 != tag {
                if entry &>> 32 != generation {
                    codes[count] = UInt16(truncatingIfNeeded: code)
                    count &+= 1
                    code = literal
                    highest &+= 1
                    if highest == LZW.lastCode { break next }
                    slots[Int(truncatingIfNeeded: slot)] = tag &<< 12 | highest
                    continue next
                }
                slot = (slot &+ 1) & mask
                entry = slots[Int(truncatingIfNeeded: slot)]
            }
            code = entry & 0xFFF
        }
        return (position, count)
    }
}

/// The numbers of the format: literals to 255, then two codes with a meaning of their own.
enum LZW {
    static let clear: UInt64 = 256
    static let end: UInt64 = 257
    static let lastCode: UInt64 = 4_095

    /// How many codes of so many bits come before wider ones: each but a table's first adds one to it, and twelve bits
    /// are the most.
    static func codes(ofWidth width: Int) -> Int {
        width < 12 ? (width == 9 ? 255 : 1 << (width - 1)) : .max
    }
}
