internal import CSodium

/// Room for bytes that must not stay behind, such as a key's text on its way from or to a file: of a fixed size,
/// in guarded memory that no core dump shows, and overwritten when it goes. An array would leave copies in freed
/// memory wherever it grows or is handed on.
package struct SecretBuffer: ~Copyable {
    private let start: UnsafeMutableRawPointer
    /// The room, in bytes.
    package let capacity: Int
    /// How much of it is filled.
    package private(set) var count = 0

    /// - Throws: ``KeyError/systemUnavailable``.
    package init(capacity: Int) throws(KeyError) {
        guard Sodium.isReady, let start = sodium_malloc(max(capacity, 1)) else { throw .systemUnavailable }
        self.start = start
        self.capacity = capacity
    }

    deinit { sodium_free(start) }

    /// Lets `write` fill the room that is left, and takes as many bytes as it says.
    @discardableResult
    package mutating func append<Failure>(
        write: (UnsafeMutableRawBufferPointer) throws(Failure) -> Int
    ) throws(Failure) -> Int {
        let added = try write(UnsafeMutableRawBufferPointer(start: start + count, count: capacity - count))
        precondition(0...(capacity - count) ~= added, "more was written than there is room")
        count += added
        return added
    }

    /// Appends text that is no secret.
    package mutating func append(_ text: StaticString) {
        append { room in
            room.copyMemory(
                from: UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
            )
            return text.utf8CodeUnitCount
        }
    }

    /// Forgets what is there, and begins anew.
    package mutating func removeAll() {
        sodium_memzero(start, capacity)
        count = 0
    }

    /// The bytes, for as long as the call takes. Whoever copies them is the one to wipe the copy.
    package borrowing func withUnsafeBytes<Result, Failure>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(UnsafeRawBufferPointer(start: start, count: count))
    }

    /// The bytes, to be changed where they are.
    package mutating func withUnsafeMutableBytes<Result, Failure>(
        _ body: (UnsafeMutableRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(UnsafeMutableRawBufferPointer(start: start, count: count))
    }
}
