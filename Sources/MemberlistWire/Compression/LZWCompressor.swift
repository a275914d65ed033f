/// Lempel-Ziv-Welch as Go's `compress/lzw` writes it, least significant bits first, literals of 8 bits: to
/// the byte, so that a datagram of this project's has the size that a Go node's has.
///
/// One value is kept by whoever compresses and used again: its table is never cleared, because each entry
/// carries the generation that wrote it.
package struct LZWCompressor: ~Copyable {
    /// Entries are `generation (32) | prefix code (12) | byte (8) | code (12)`; open addressing.
    private let slots: UnsafeMutablePointer<UInt64>
    private var generation: UInt64 = 0

    /// Twice what a full table of codes takes.
    private static let slotCount = 8_192
    /// Input is taken in pieces, so that the room asked of the output stays close to what is used.
    private static let pieceBytes = 32_768

    package init() {
        slots = .allocate(capacity: Self.slotCount)
        slots.initialize(repeating: 0, count: Self.slotCount)
    }

    deinit {
        slots.deallocate()
    }

    /// Appends the compressed form of `input`, end code included.
    package mutating func compress(_ input: RawSpan, into output: inout [UInt8]) {
        write(input, after: LZW.clear, endsStream: true, into: &output)
    }

    /// The compressed form of `input` alone, to be put among others by an ``LZWAssembler``.
    package mutating func block(_ input: RawSpan) -> LZWBlock {
        var bytes: [UInt8] = []
        let end = write(input, after: nil, endsStream: false, into: &bytes)
        return LZWBlock(bytes: bytes, bitCount: end.bitCount, width: end.width)
    }

    /// - Returns: How many bits were written, and how wide the next code is.
    @discardableResult
    private mutating func write(
        _ input: RawSpan,
        after lead: UInt64?,
        endsStream: Bool,
        into output: inout [UInt8]
    ) -> (bitCount: Int, width: Int) {
        let mask = Self.mask(for: input.byteCount)
        var state = LZWWriterState()
        let begin = output.count
        input.withUnsafeBytes { bytes in
            var start = 0
            repeat {
                let end = min(start + Self.pieceBytes, bytes.count)
                let isLast = end == bytes.count
                let piece = UnsafeRawBufferPointer(rebasing: bytes[start..<end])
                output.append(addingCapacity: LZWWriterState.room(for: piece.count)) { span in
                    span.withUnsafeMutableBufferPointer { buffer, count in
                        guard let base = buffer.baseAddress else { return }
                        var sink = UnsafeMutableRawPointer(base)
                        if start == 0 { self.begin(&state, after: lead, first: piece.first, &sink) }
                        write(start == 0 ? piece.dropFirst() : piece[...], mask: mask, &state, &sink)
                        if isLast { finish(&state, endsStream: endsStream, &sink) }
                        count = sink - UnsafeMutableRawPointer(base)
                    }
                }
                start = end
            } while start < bytes.count
        }
        return state.end(bytes: output.count - begin)
    }

    /// Small inputs use a small part of the table, which stays in the nearest cache.
    private static func mask(for inputBytes: Int) -> UInt64 {
        var size = 512
        while size < slotCount, size < 2 * inputBytes { size *= 2 }
        return UInt64(size - 1)
    }

    private mutating func startGeneration() {
        generation += 1
        if generation > UInt64(UInt32.max) {
            slots.update(repeating: 0, count: Self.slotCount)
            generation = 1
        }
    }

    private mutating func begin(
        _ state: inout LZWWriterState,
        after lead: UInt64?,
        first: UInt8?,
        _ sink: inout UnsafeMutableRawPointer
    ) {
        startGeneration()
        if let lead { state.emit(lead, &sink) }
        if let first { state.code = UInt64(first) }
    }

    private func finish(
        _ state: inout LZWWriterState,
        endsStream: Bool,
        _ sink: inout UnsafeMutableRawPointer
    ) {
        if state.code != LZWWriterState.noCode {
            state.emit(state.code, &sink)
            // Go counts the last code too before it writes the end code, and may widen or clear for it.
            if state.countCode() { state.clearTable(&sink) }
        }
        if endsStream { state.emit(LZW.end, &sink) }
        state.flush(&sink)
    }

    private mutating func write(
        _ input: Slice<UnsafeRawBufferPointer>,
        mask: UInt64,
        _ state: inout LZWWriterState,
        _ sink: inout UnsafeMutableRawPointer
    ) {
        var writer = state
        var out = sink
        var tagBase = generation << 20
        let slots = slots
        next: for byte in UnsafeRawBufferPointer(rebasing: input) {
            let literal = UInt64(byte)
            let tag = tagBase | writer.code << 8 | literal
            var slot = (writer.code ^ (literal &* 0x9E37_79B1) >> 13) & mask
            var entry = slots[Int(truncatingIfNeeded: slot)]
            while entry >> 12 != tag {
                if entry >> 32 != tagBase >> 20 {
                    writer.emit(writer.code, &out)
                    writer.code = literal
                    if writer.countCode() {
                        writer.clearTable(&out)
                        startGeneration()
                        tagBase = generation << 20
                    } else {
                        slots[Int(truncatingIfNeeded: slot)] = tag << 12 | writer.highest
                    }
                    continue next
                }
                slot = (slot + 1) & mask
                entry = slots[Int(truncatingIfNeeded: slot)]
            }
            writer.code = entry & 0xFFF
        }
        state = writer
        sink = out
    }
}

/// The code stream's place: which code is next, how wide codes are, and the bits not yet written.
private struct LZWWriterState {
    static let noCode = UInt64.max

    var code = noCode
    var highest = LZW.end
    private var width: UInt64 = 9
    private var overflow: UInt64 = 512
    private var bits: UInt64 = 0
    private var bitCount: UInt64 = 0

    /// Bytes that `inputBytes` can come to at most, with the eight that a store may reach beyond.
    static func room(for inputBytes: Int) -> Int {
        inputBytes + inputBytes / 2 + inputBytes / 1_024 + 32
    }

    @inline(__always)
    mutating func emit(_ code: UInt64, _ sink: inout UnsafeMutableRawPointer) {
        bits |= code &<< bitCount
        bitCount &+= width
        sink.storeBytes(of: bits.littleEndian, as: UInt64.self)
        sink += Int(truncatingIfNeeded: bitCount &>> 3)
        bits = bits &>> (bitCount & ~7)
        bitCount &= 7
    }

    /// Counts the code just written; true where the codes have run out.
    @inline(__always)
    mutating func countCode() -> Bool {
        highest &+= 1
        if highest == overflow {
            width &+= 1
            overflow &<<= 1
        }
        return highest == LZW.lastCode
    }

    mutating func clearTable(_ sink: inout UnsafeMutableRawPointer) {
        emit(LZW.clear, &sink)
        width = 9
        highest = LZW.end
        overflow = 512
    }

    mutating func flush(_ sink: inout UnsafeMutableRawPointer) {
        guard bitCount > 0 else { return }
        sink.storeBytes(of: UInt8(truncatingIfNeeded: bits), as: UInt8.self)
        sink += 1
    }

    /// How many bits so many bytes have that were flushed, and how wide the next code is.
    func end(bytes: Int) -> (bitCount: Int, width: Int) {
        let whole = bitCount > 0 ? bytes - 1 : bytes
        return (whole * 8 + Int(bitCount), Int(width))
    }
}

/// The numbers of the format: literals to 255, then two codes with a meaning of their own.
enum LZW {
    static let clear: UInt64 = 256
    static let end: UInt64 = 257
    static let lastCode: UInt64 = 4_095
}
