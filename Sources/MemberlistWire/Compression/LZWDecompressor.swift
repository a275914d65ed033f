#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// Reads what Go's `compress/lzw` writes, and accepts and refuses the same streams as its reader: a stream
/// without an end code is refused, bytes after it are ignored.
///
/// Each code is remembered as a place and a length in the output so far, so that a code is written by one
/// short copy; the 256 literals stand in front of the output, so that they are codes like all others.
package struct LZWDecompressor: ~Copyable {
    /// Entries are `start (48) | length (16)`, one a code and one to spare for when the codes have run out.
    private let table: UnsafeMutablePointer<UInt64>
    /// Codes that are read and not yet expanded.
    private let codes: UnsafeMutableBufferPointer<UInt16>
    private var scratch: UnsafeMutableRawPointer
    private var capacity: Int

    private static let literals = 256
    private static let codesAtOnce = 512
    /// Copies go in steps of this many bytes and may reach that far beyond their end.
    private static let step = 16
    private static let firstCapacity = 4_096
    /// More scratch than this is given back after use.
    private static let keptCapacity = 2 * Limits.datagramBody

    package init() {
        table = .allocate(capacity: Int(LZW.lastCode) + 2)
        table.initialize(repeating: 0, count: Int(LZW.lastCode) + 2)
        for literal in 0..<Self.literals {
            table[literal] = UInt64(literal) << 16 | 1
        }
        codes = .allocate(capacity: Self.codesAtOnce)
        codes.initialize(repeating: 0)
        guard let memory = calloc(1, Self.firstCapacity) else { preconditionFailure("no memory for a table") }
        for literal in 0..<Self.literals {
            memory.storeBytes(of: UInt8(literal), toByteOffset: literal, as: UInt8.self)
        }
        scratch = memory
        capacity = Self.firstCapacity
    }

    deinit {
        table.deallocate()
        codes.deallocate()
        free(scratch)
    }

    /// Appends the plain form of `input`.
    ///
    /// - Parameter limit: the plain bytes allowed; memory grows with the output and never past it.
    /// - Throws: ``WireError/limitExceeded``, ``WireError/corruptCompression``.
    package mutating func decompress(
        _ input: RawSpan,
        limit: Int,
        into output: inout [UInt8]
    ) throws(WireError) {
        defer { giveBackLargeScratch() }
        let end = try input.withUnsafeBytes { (bytes) throws(WireError) in
            try expand(bytes, limit: Self.literals + max(0, limit))
        }
        let plain = UnsafeRawBufferPointer(start: scratch + Self.literals, count: end - Self.literals)
        output.append(contentsOf: plain)
    }

    /// The plain form of `input` in memory of just its size, which its codes tell before any is expanded. A message
    /// that inflates to too much costs no memory, and none is copied.
    ///
    /// - Throws: As ``decompress(_:limit:into:)``.
    package mutating func decompress(_ input: RawSpan, limit: Int) throws(WireError) -> ArraySlice<UInt8> {
        try input.withUnsafeBytes { (bytes) throws(WireError) in
            let count = try count(of: bytes, limit: max(0, limit))
            let room = Self.literals + count + Self.step
            var failure: WireError?
            let output = [UInt8](unsafeUninitializedCapacity: room) { buffer, filled in
                guard let base = buffer.baseAddress else { return }
                let kept = (scratch, capacity)
                (scratch, capacity) = (UnsafeMutableRawPointer(base), room)
                defer { (scratch, capacity) = kept }
                scratch.copyMemory(from: kept.0, byteCount: Self.literals)
                do throws(WireError) {
                    filled = try expand(bytes, limit: Self.literals + count)
                } catch {
                    failure = error
                }
            }
            if let failure { throw failure }
            return output[Self.literals...]
        }
    }

    /// How much the codes stand for, without what they stand for.
    private func count(of input: UnsafeRawBufferPointer, limit: Int) throws(WireError) -> Int {
        var reader = LZWCodeReader(input)
        var count = 0
        var (highest, last) = (Int(LZW.end), 0)
        return try withUnsafeTemporaryAllocation(of: UInt16.self, capacity: Int(LZW.lastCode) + 2) {
            (lengths) throws(WireError) in
            lengths.initialize(repeating: 1)
            while true {
                let read = try reader.read(into: codes)
                for index in 0..<read {
                    let code = Int(codes[index])
                    if code == Int(LZW.end) { return count }
                    if code == Int(LZW.clear) {
                        reader.clear(at: index)
                        highest = Int(LZW.end)
                        break
                    }
                    guard code <= highest else { throw .corruptCompression }
                    lengths[highest] = UInt16(truncatingIfNeeded: last &+ 1)
                    last = Int(lengths[code])
                    count += last
                    if count > limit { throw .limitExceeded }
                    highest = min(highest &+ 1, Int(LZW.lastCode) + 1)
                }
            }
        }
    }

    /// How far an expansion has come.
    private struct Progress {
        /// Where the output ends in the scratch.
        var end = literals
        /// The newest code of the table.
        var highest = Int(LZW.end)
        var lastStart = 0
        var lastLength = 0
    }

    /// Expands into the scratch and returns where the output ends there.
    private mutating func expand(_ input: UnsafeRawBufferPointer, limit: Int) throws(WireError) -> Int {
        var reader = LZWCodeReader(input)
        var progress = Progress()
        while true {
            let count = try reader.read(into: codes)
            let index = try expand(codes: count, limit: limit, &progress)
            guard index < count else { continue }
            if codes[index] == LZW.end { return progress.end }
            reader.clear(at: index)
            progress.highest = Int(LZW.end)
        }
    }

    /// Expands codes up to one that clears the table or ends the stream.
    ///
    /// - Returns: Where among the codes that one stands; `count` where there is none.
    private mutating func expand(codes count: Int, limit: Int, _ progress: inout Progress) throws(WireError)
        -> Int
    {
        let (codes, table) = (codes, table)
        var (end, highest) = (progress.end, progress.highest)
        var (lastStart, lastLength) = (progress.lastStart, progress.lastLength)
        var room = min(limit, capacity - Self.step)
        var output = scratch
        var index = 0
        while index < count {
            let code = Int(codes[index])
            if code & ~1 == Int(LZW.clear) { break }
            guard code <= highest else { throw .corruptCompression }
            // What the newest code stands for: the expansion before, and the first byte of this one. In the
            // first round after a clear it lands on the end code's entry, which nothing reads.
            table[highest] = UInt64(truncatingIfNeeded: lastStart &<< 16 | (lastLength &+ 1))
            let entry = table[code]
            let start = Int(truncatingIfNeeded: entry &>> 16)
            let length = Int(truncatingIfNeeded: entry & 0xFFFF)
            if end &+ length > room {
                if end &+ length > limit { throw .limitExceeded }
                try grow(to: end + length + Self.step, limit: limit)
                room = min(limit, capacity - Self.step)
                output = scratch
            }
            Self.copy(output + start, to: output + end, count: length)
            if code == highest {
                // It overlaps its own first byte, which the copy read before it was written.
                (output + end + length - 1).copyMemory(from: output + start, byteCount: 1)
            }
            (lastStart, lastLength) = (end, length)
            end &+= length
            highest = min(highest &+ 1, Int(LZW.lastCode) + 1)
            index &+= 1
        }
        progress = Progress(end: end, highest: highest, lastStart: lastStart, lastLength: lastLength)
        return index
    }

    @inline(__always)
    private static func copy(_ start: UnsafeRawPointer, to end: UnsafeMutableRawPointer, count: Int) {
        var copied = 0
        repeat {
            let bytes = (start + copied).loadUnaligned(as: SIMD16<UInt8>.self)
            (end + copied).storeBytes(of: bytes, as: SIMD16<UInt8>.self)
            copied &+= Self.step
        } while copied < count
    }

    /// The system moves the pages of a large block, so that the old one and the new never stand side by side.
    private mutating func grow(to needed: Int, limit: Int) throws(WireError) {
        let larger = max(needed, min(capacity * 2, limit + 2 * Self.step))
        guard let memory = realloc(scratch, larger) else { throw .limitExceeded }
        (memory + capacity).initializeMemory(as: UInt8.self, repeating: 0, count: larger - capacity)
        scratch = memory
        capacity = larger
    }

    private mutating func giveBackLargeScratch() {
        guard capacity > Self.keptCapacity, let memory = realloc(scratch, Self.firstCapacity) else { return }
        scratch = memory
        capacity = Self.firstCapacity
    }
}
