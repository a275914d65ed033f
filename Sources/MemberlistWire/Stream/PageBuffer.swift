#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Bytes of a message that is not whole, in pages that come from the system and go back to it at once.
///
/// The allocator's would not: what many streams have held stays behind in pieces too small for the next one, and
/// memory grows to a multiple of what is held at any time.
struct PageBuffer: ~Copyable {
    private var base: UnsafeMutableRawPointer?
    private(set) var count = 0
    private(set) var capacity = 0

    private static let page = 4_096

    deinit { giveBack() }

    /// What has been appended; valid until the next change.
    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }

    /// Appends bytes where there is room for them, or the system gives `room` bytes.
    mutating func append(_ bytes: RawSpan, room: Int) throws(WireError) {
        if count + bytes.byteCount > capacity { try grow(to: max(room, count + bytes.byteCount)) }
        guard let base, bytes.byteCount > 0 else { return }
        let end = base + count
        bytes.withUnsafeBytes { bytes in
            if let start = bytes.baseAddress { end.copyMemory(from: start, byteCount: bytes.count) }
        }
        count += bytes.byteCount
    }

    /// Removes what is done with; the pages go back with the last byte.
    mutating func removeFirst(_ done: Int) {
        guard let base, done < count else { return removeAll() }
        guard done > 0 else { return }
        base.copyMemory(from: base + done, byteCount: count - done)
        count -= done
    }

    mutating func removeAll() {
        giveBack()
        (base, count, capacity) = (nil, 0, 0)
    }

    private mutating func grow(to size: Int) throws(WireError) {
        let size = (size + Self.page - 1) / Self.page * Self.page
        let mapped = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0)
        guard let mapped, mapped != MAP_FAILED else { throw .limitExceeded }
        if let base { mapped.copyMemory(from: base, byteCount: count) }
        giveBack()
        (base, capacity) = (mapped, size)
    }

    private func giveBack() {
        if let base { munmap(base, capacity) }
    }
}
