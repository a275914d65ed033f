internal import CSodium

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// Wipes what swift-crypto leaves behind: the context of a cipher lies on the heap, begins with the key itself,
/// and is freed as it is.
///
/// An allocator gives a thread the block of a size that it freed last. So a block of the context's size is held
/// before the call, which makes room in the thread's list of free ones, and after it the whole list is taken,
/// wiped and given back. A test looks for the key in the process's memory, and would notice a context of another
/// size.
enum FreedMemory {
    /// A Swift object of two words, and BoringSSL's `EVP_AEAD_CTX`.
    private static let contextBytes = 600
    /// glibc keeps seven blocks of a size a thread.
    private static let listLength = 8

    static func wipingContexts<Result>(_ body: () -> Result) -> Result {
        let held = malloc(contextBytes)
        defer { free(held) }
        let result = body()
        withUnsafeTemporaryAllocation(of: UnsafeMutableRawPointer?.self, capacity: listLength) { blocks in
            for index in blocks.indices {
                blocks[index] = malloc(contextBytes)
                if let block = blocks[index] { sodium_memzero(block, contextBytes) }
            }
            for block in blocks { free(block) }
        }
        Sodium.wipeTraces()
        return result
    }
}
