internal import CZlib

/// The native suite's compression: raw deflate that starts from ``DeflateDictionary/one``.
///
/// One value is kept by whoever compresses and used again. zlib's state is made by the first message, since
/// most nodes of a HashiCorp cluster never need it; from then on a message allocates nothing.
package struct DeflateCompressor: ~Copyable {
    private let windowBits: Int32
    private let hasMemory: Bool
    /// zlib's state points back to its stream, which therefore never moves.
    private var stream: UnsafeMutablePointer<z_stream>?

    /// Measured over captured gossip: 1 makes it 5 % larger and saves a tenth of the time, 9 gains nothing.
    private static let level: Int32 = 6
    /// A hash table of 8 KB, which a reset has to clear: the usual 8 makes 64 KB of it, and nothing smaller.
    private static let memoryLevel: Int32 = 5
    /// Input is taken in pieces, so that the room asked of the output stays close to what is used.
    private static let pieceBytes = 32_768

    /// - Parameter windowBits: How far back a match may reach, as a power of two from 12 to 15. Any receiver
    ///   reads all of them. 15 suits streams and holds 144 KB; 12 makes of usual datagrams the same bytes and
    ///   holds 32 KB.
    package init(windowBits: Int = 15) {
        self.init(windowBits: windowBits, hasMemory: true)
    }

    /// For tests alone: a zlib that is given no memory.
    init(windowBits: Int = 15, hasMemory: Bool) {
        precondition((12...15).contains(windowBits), "the dictionary does not fit the window")
        self.windowBits = Int32(windowBits)
        self.hasMemory = hasMemory
    }

    deinit {
        guard let stream else { return }
        deflateEnd(stream)
        stream.deallocate()
    }

    /// Appends the compressed form of `input`, final block included.
    ///
    /// - Returns: False, and nothing is appended, where zlib gets no memory: the message then goes as it is.
    @discardableResult
    package mutating func compress(_ input: RawSpan, into output: inout [UInt8]) -> Bool {
        write(input, fromDictionary: true, ending: Z_FINISH, into: &output)
    }

    /// A part of a stream, which looks back at no part before it: what is sent again and again is compressed once, and
    /// put among others. Nil where zlib gets no memory.
    ///
    /// - Parameters:
    ///   - isFirst: Whether it begins the stream: the dictionary stands behind it.
    ///   - isLast: Whether it ends the stream.
    mutating func part(_ input: RawSpan, isFirst: Bool = false, isLast: Bool = false) -> [UInt8]? {
        var output: [UInt8] = []
        let end = isLast ? Z_FINISH : Z_FULL_FLUSH
        return write(input, fromDictionary: isFirst, ending: end, into: &output) ? output : nil
    }

    private mutating func write(
        _ input: RawSpan,
        fromDictionary: Bool,
        ending: Int32,
        into output: inout [UInt8]
    ) -> Bool {
        guard let stream = restart(fromDictionary: fromDictionary) else { return false }
        input.withUnsafeBytes { bytes in
            var start = 0
            repeat {
                let end = min(start + Self.pieceBytes, bytes.count)
                let isLast = end == bytes.count
                let piece = UnsafeRawBufferPointer(rebasing: bytes[start..<end])
                // zlib does not write through it.
                stream.pointee.next_in = UnsafeMutableRawPointer(mutating: piece.baseAddress)?
                    .assumingMemoryBound(to: UInt8.self)
                stream.pointee.avail_in = UInt32(piece.count)
                write(stream, isLast ? ending : Z_NO_FLUSH, room: piece.count, into: &output)
                start = end
            } while start < bytes.count
        }
        stream.pointee.next_in = nil
        return true
    }

    /// Writes all that zlib has to say about the input at hand.
    private func write(
        _ stream: UnsafeMutablePointer<z_stream>,
        _ flush: Int32,
        room: Int,
        into output: inout [UInt8]
    ) {
        // What does not shrink is stored, with five bytes a block.
        let room = room + room / 256 + 32
        var isFull = true
        while isFull {
            output.append(addingCapacity: room) { span in
                span.withUnsafeMutableBufferPointer { buffer, count in
                    stream.pointee.next_out = buffer.baseAddress
                    stream.pointee.avail_out = UInt32(clamping: buffer.count)
                    deflate(stream, flush)
                    isFull = stream.pointee.avail_out == 0
                    count = min(buffer.count, Int(UInt32.max)) - Int(stream.pointee.avail_out)
                }
            }
        }
    }

    /// The stream at its beginning, mostly with the dictionary behind it; nil where zlib gets no memory. Setting that
    /// anew costs 2 us; a copy of a prepared stream costs about the same, and allocates.
    private mutating func restart(fromDictionary: Bool) -> UnsafeMutablePointer<z_stream>? {
        guard let stream = self.stream ?? makeStream() else { return nil }
        deflateReset(stream)
        guard fromDictionary else { return stream }
        let dictionary = DeflateDictionary.one
        guard deflateSetDictionary(stream, dictionary, UInt32(dictionary.count)) == Z_OK else { return nil }
        return stream
    }

    private mutating func makeStream() -> UnsafeMutablePointer<z_stream>? {
        let made = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        made.initialize(to: z_stream())
        if !hasMemory { made.pointee.zalloc = { _, _, _ in nil } }
        let status = deflateInit2_(
            made,
            Self.level,
            Z_DEFLATED,
            -windowBits,
            Self.memoryLevel,
            Z_DEFAULT_STRATEGY,
            ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size)
        )
        guard status == Z_OK else {
            made.deallocate()
            return nil
        }
        stream = made
        return made
    }
}
