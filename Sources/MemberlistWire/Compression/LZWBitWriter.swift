/// Puts codes one behind another, least significant bits first. How wide a code is follows from how many came
/// before it.
struct LZWBitWriter {
    private var bits = LZWBits()
    /// Of the code that comes next.
    private var width: UInt64 = 9
    /// Codes until they have a bit more.
    private var narrowCodes = LZW.codes(ofWidth: 9)

    /// Bytes that `inputBytes` can come to at most, with the eight that a store may reach beyond.
    static func room(for inputBytes: Int) -> Int {
        inputBytes + inputBytes / 2 + inputBytes / 1_024 + 32
    }

    /// Codes that count: each but a table's first adds one to the reader's.
    mutating func append(_ codes: UnsafeBufferPointer<UInt16>, _ sink: inout UnsafeMutableRawPointer) {
        var rest = codes[...]
        while !rest.isEmpty {
            let count = min(rest.count, narrowCodes)
            let same = UnsafeBufferPointer(rebasing: rest.prefix(count))
            // With a width that the compiler knows, four codes are put together in a few steps.
            switch width {
            case 9: put(same, 9, &sink)
            case 10: put(same, 10, &sink)
            case 11: put(same, 11, &sink)
            default: put(same, 12, &sink)
            }
            rest = rest.dropFirst(count)
            narrowCodes -= count
            if narrowCodes == 0 {
                width += 1
                narrowCodes = LZW.codes(ofWidth: Int(width))
            }
        }
    }

    /// Clears the table; the code for it is not counted.
    mutating func clear(_ sink: inout UnsafeMutableRawPointer) {
        bits.put(LZW.clear, width, &sink)
        width = 9
        narrowCodes = LZW.codes(ofWidth: 9)
    }

    mutating func end(_ sink: inout UnsafeMutableRawPointer) {
        bits.put(LZW.end, width, &sink)
    }

    /// Writes the bits that fill no byte.
    mutating func flush(_ sink: inout UnsafeMutableRawPointer) {
        bits.flush(&sink)
    }

    /// How many bits so many bytes have that were flushed, and how wide the next code is.
    func length(bytes: Int) -> (bitCount: Int, width: Int) {
        let whole = bits.count > 0 ? bytes - 1 : bytes
        return (whole * 8 + Int(bits.count), Int(width))
    }

    @inline(__always)
    private mutating func put(
        _ codes: UnsafeBufferPointer<UInt16>,
        _ width: UInt64,
        _ sink: inout UnsafeMutableRawPointer
    ) {
        var bits = bits
        var out = sink
        var index = 0
        // Four codes have at most 48 bits, and seven may be left from before.
        while index &+ 4 <= codes.count {
            let low = UInt64(codes[index]) | UInt64(codes[index &+ 1]) &<< width
            let high = UInt64(codes[index &+ 2]) | UInt64(codes[index &+ 3]) &<< width
            bits.put(low | high &<< (2 &* width), 4 &* width, &out)
            index &+= 4
        }
        while index < codes.count {
            bits.put(UInt64(codes[index]), width, &out)
            index &+= 1
        }
        self.bits = bits
        sink = out
    }
}

/// Bits that do not fill a byte yet, the first one lowest.
struct LZWBits {
    private var bits: UInt64 = 0
    /// Seven at most.
    private(set) var count: UInt64 = 0

    /// Adds the low bits of `value`, 56 at most, which has no others. The store reaches up to eight bytes on.
    @inline(__always)
    mutating func put(_ value: UInt64, _ width: UInt64, _ sink: inout UnsafeMutableRawPointer) {
        bits |= value &<< count
        count &+= width
        sink.storeBytes(of: bits.littleEndian, as: UInt64.self)
        sink += Int(truncatingIfNeeded: count &>> 3)
        bits = bits &>> (count & ~7)
        count &= 7
    }

    /// Writes those that are left as a last byte.
    func flush(_ sink: inout UnsafeMutableRawPointer) {
        guard count > 0 else { return }
        sink.storeBytes(of: UInt8(truncatingIfNeeded: bits), as: UInt8.self)
        sink += 1
    }
}
