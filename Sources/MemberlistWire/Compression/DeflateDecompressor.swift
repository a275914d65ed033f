internal import CZlib

/// Reads raw deflate that starts from ``DeflateDictionary/one``, and nothing but one whole stream of it.
///
/// One value is kept by whoever receives and used again. zlib's state, 40 KB, is made by the first message;
/// from then on only the output grows.
package struct DeflateDecompressor: ~Copyable {
    /// zlib's state points back to its stream, which therefore never moves.
    private var stream: UnsafeMutablePointer<z_stream>?

    /// Room is given in steps: the first holds a datagram, the later ones are what a stream is read in.
    private static let firstStep = 4_096
    private static let step = 65_536

    package init() {}

    deinit {
        guard let stream else { return }
        inflateEnd(stream)
        stream.deallocate()
    }

    /// Appends the plain form of `input`, or nothing where it throws.
    ///
    /// - Parameter limit: The plain bytes allowed; memory grows with what was inflated, by a step beyond it.
    /// - Throws: ``WireError/limitExceeded``; ``WireError/corruptCompression`` where the stream is cut short,
    ///   where bytes follow its final block, or where it reaches back before the dictionary.
    package mutating func decompress(
        _ input: RawSpan,
        limit: Int,
        into output: inout [UInt8]
    ) throws(WireError) {
        guard let count = UInt32(exactly: input.byteCount) else { throw .limitExceeded }
        let stream = try restart()
        let start = output.count
        do throws(WireError) {
            try input.withUnsafeBytes { (bytes) throws(WireError) in
                // zlib does not write through it.
                stream.pointee.next_in = UnsafeMutableRawPointer(mutating: bytes.baseAddress)?
                    .assumingMemoryBound(to: UInt8.self)
                stream.pointee.avail_in = count
                try expand(stream, limit: min(max(0, limit), Int.max - Self.step), into: &output)
            }
        } catch {
            output.removeLast(output.count - start)
            throw error
        }
    }

    /// The plain form of `input` in memory of just its size: inflated twice, the first time for its size alone. A
    /// message that inflates to too much costs no memory, and none costs what an array leaves behind as it grows.
    ///
    /// - Throws: As ``decompress(_:limit:into:)``.
    package mutating func decompress(_ input: RawSpan, limit: Int) throws(WireError) -> [UInt8] {
        let count = try count(of: input, limit: limit)
        var output: [UInt8] = []
        output.reserveCapacity(count + 1)
        try decompress(input, limit: count, into: &output)
        return output
    }

    /// The size of the plain form of `input`, as far as that is no more than the limit.
    private mutating func count(of input: RawSpan, limit: Int) throws(WireError) -> Int {
        guard let available = UInt32(exactly: input.byteCount) else { throw .limitExceeded }
        let stream = try restart()
        return try input.withUnsafeBytes { (bytes) throws(WireError) in
            stream.pointee.next_in = UnsafeMutableRawPointer(mutating: bytes.baseAddress)?
                .assumingMemoryBound(to: UInt8.self)
            stream.pointee.avail_in = available
            defer { stream.pointee.next_in = nil }
            var piece: [UInt8] = []
            piece.reserveCapacity(Self.step)
            var count = 0
            while true {
                piece.removeAll(keepingCapacity: true)
                let status = Self.inflate(stream, room: Self.step, into: &piece)
                count += piece.count
                guard count <= limit else { throw .limitExceeded }
                guard status == Z_OK, stream.pointee.avail_out == 0 else {
                    // Whatever is wrong with it is found, and told, the second time.
                    return count
                }
            }
        }
    }

    private func expand(
        _ stream: UnsafeMutablePointer<z_stream>,
        limit: Int,
        into output: inout [UInt8]
    ) throws(WireError) {
        defer { stream.pointee.next_in = nil }
        let start = output.count
        var step = Self.firstStep
        while true {
            // One byte past the limit tells a stream that goes on from one that ends there.
            let room = min(step, limit + 1 - (output.count - start))
            let status = Self.inflate(stream, room: room, into: &output)
            guard output.count - start <= limit else { throw .limitExceeded }
            switch status {
            case Z_STREAM_END:
                guard stream.pointee.avail_in == 0 else { throw .corruptCompression }
                return
            case Z_OK where stream.pointee.avail_out == 0:
                step = Self.step
            default:
                throw .corruptCompression
            }
        }
    }

    /// Inflates into at most `room` bytes more, and returns what zlib says of it.
    private static func inflate(
        _ stream: UnsafeMutablePointer<z_stream>,
        room: Int,
        into output: inout [UInt8]
    ) -> Int32 {
        var status = Z_OK
        output.append(addingCapacity: room) { span in
            span.withUnsafeMutableBufferPointer { buffer, count in
                let room = min(room, buffer.count)
                stream.pointee.next_out = buffer.baseAddress
                stream.pointee.avail_out = UInt32(room)
                status = CZlib.inflate(stream, Z_NO_FLUSH)
                count = room - Int(stream.pointee.avail_out)
            }
        }
        return status
    }

    /// Where zlib gets no memory, the message is refused: what a peer sends ends no process.
    private mutating func restart() throws(WireError) -> UnsafeMutablePointer<z_stream> {
        let stream = if let kept = self.stream { kept } else { try makeStream() }
        inflateReset(stream)
        let dictionary = DeflateDictionary.one
        guard inflateSetDictionary(stream, dictionary, UInt32(dictionary.count)) == Z_OK else {
            throw .limitExceeded
        }
        return stream
    }

    private mutating func makeStream() throws(WireError) -> UnsafeMutablePointer<z_stream> {
        let made = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        made.initialize(to: z_stream())
        let status = inflateInit2_(made, -15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        guard status == Z_OK else {
            made.deallocate()
            throw .limitExceeded
        }
        stream = made
        return made
    }
}
