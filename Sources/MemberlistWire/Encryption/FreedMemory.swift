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
/// wiped and given back; and the same with the next size, for a block that is larger by no more than that is given
/// out whole. A test looks for the key in the process's memory, and would notice a context of another size.
enum FreedMemory {
    /// A Swift object of two words, and BoringSSL's `EVP_AEAD_CTX`.
    private static let contextBytes = 600
    /// From one size of glibc's blocks to the next.
    private static let step = 16
    /// glibc keeps seven blocks of a size a thread.
    private static let listLength = 8

    static func wipingContexts<Result>(_ body: () -> Result) -> Result {
        let held = (wipedBlock(contextBytes), wipedBlock(contextBytes + step))
        let result = body()
        withUnsafeTemporaryAllocation(of: UnsafeMutableRawPointer?.self, capacity: 2 * listLength) { blocks in
            for index in blocks.indices {
                blocks[index] = wipedBlock(index < listLength ? contextBytes : contextBytes + step)
            }
            for block in blocks { free(block) }
        }
        free(held.0)
        free(held.1)
        Sodium.wipeTraces()
        return result
    }

    /// Wiped, too, so that the optimiser does not take an allocation for one that nobody uses.
    private static func wipedBlock(_ size: Int) -> UnsafeMutableRawPointer? {
        guard let block = malloc(size) else { return nil }
        sodium_memzero(block, size)
        return block
    }
}
