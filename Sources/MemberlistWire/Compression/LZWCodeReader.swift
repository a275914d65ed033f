/// Reads codes, least significant bits first, many at a time: how wide a code is follows from how many came before
/// it. Codes behind one that clears the table are read too wide, and once more.
struct LZWCodeReader {
    private let input: UnsafeRawBufferPointer
    /// Of the bit that comes next.
    private var position = 0
    private var width = 9
    /// Codes until they have a bit more.
    private var narrowCodes = LZW.codes(ofWidth: 9)
    /// How many codes are read together: few behind a clear, for another one may follow, and what was read behind that
    /// is read again.
    private var atOnce = Self.fewAtOnce
    /// Where the codes that were read last begin, and how wide they are.
    private var lastRead = (position: 0, width: 9)

    private static let fewAtOnce = 16

    init(_ input: UnsafeRawBufferPointer) {
        self.input = input
    }

    /// Puts codes of one width into `codes`, as many as there are and room is for.
    ///
    /// - Throws: ``WireError/corruptCompression`` where there is no code more.
    mutating func read(into codes: UnsafeMutableBufferPointer<UInt16>) throws(WireError) -> Int {
        let count = min(codes.count, atOnce, narrowCodes, (input.count * 8 - position) / width)
        guard count > 0 else { throw .corruptCompression }
        // With a width that the compiler knows, four codes are taken apart in a few steps.
        switch width {
        case 9: unpack(9, into: codes, count)
        case 10: unpack(10, into: codes, count)
        case 11: unpack(11, into: codes, count)
        default: unpack(12, into: codes, count)
        }
        lastRead = (position, width)
        position += count * width
        atOnce = min(2 * atOnce, codes.count)
        narrowCodes -= count
        if narrowCodes == 0 {
            width += 1
            narrowCodes = LZW.codes(ofWidth: width)
        }
        return count
    }

    /// That one of the codes read last clears the table: those behind it are read again, as wide as they are then.
    mutating func clear(at index: Int) {
        position = lastRead.position + (index + 1) * lastRead.width
        width = 9
        narrowCodes = LZW.codes(ofWidth: 9)
        atOnce = Self.fewAtOnce
    }

    @inline(__always)
    private func unpack(_ width: Int, into codes: UnsafeMutableBufferPointer<UInt16>, _ count: Int) {
        let mask = UInt64(1) &<< UInt64(width) &- 1
        var position = position
        var index = 0
        @inline(__always)
        func code(_ word: UInt64, _ place: Int) -> UInt16 {
            UInt16(truncatingIfNeeded: word &>> UInt64(place &* width) & mask)
        }
        // Four codes have at most 48 bits, and up to seven of others stand before them.
        while index &+ 4 <= count {
            let word = input.word(at: position &>> 3) &>> UInt64(position & 7)
            codes[index] = code(word, 0)
            codes[index &+ 1] = code(word, 1)
            codes[index &+ 2] = code(word, 2)
            codes[index &+ 3] = code(word, 3)
            position &+= 4 &* width
            index &+= 4
        }
        while index < count {
            codes[index] = code(input.word(at: position &>> 3) &>> UInt64(position & 7), 0)
            position &+= width
            index &+= 1
        }
    }
}

extension UnsafeRawBufferPointer {
    /// Eight bytes from there on, the first one lowest; zeros beyond the end.
    @inline(__always)
    func word(at position: Int) -> UInt64 {
        if position + 8 <= count {
            return UInt64(littleEndian: loadUnaligned(fromByteOffset: position, as: UInt64.self))
        }
        var word: UInt64 = 0
        for index in position..<count { word |= UInt64(self[index]) &<< UInt64(8 * (index - position)) }
        return word
    }
}
