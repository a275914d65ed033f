internal import CSodium

/// What the native suite derives from a ring's key, with BLAKE2b keyed by it: its own cipher's key, so that no
/// key serves two ciphers, and the identifier.
enum NativeKey {
    static let byteCount = 32

    /// 16 bytes each, the personalisation of BLAKE2b.
    private static let sealing = Array("memberlist-xc20".utf8) + [0]
    private static let identifying = Array("memberlist-keyid".utf8)

    /// Writes 32 bytes.
    static func derive(from ringKey: UnsafeRawBufferPointer, to destination: UnsafeMutableRawPointer) {
        hash(ringKey, personal: sealing, to: destination)
    }

    static func id(of ringKey: UnsafeRawBufferPointer) -> KeyID {
        withUnsafeTemporaryAllocation(byteCount: byteCount, alignment: 8) { digest in
            guard let start = digest.baseAddress else { return KeyID(rawValue: 0) }
            hash(ringKey, personal: identifying, to: start)
            let id = KeyID(rawValue: UInt64(bigEndian: start.loadUnaligned(as: UInt64.self)))
            sodium_memzero(start, digest.count)
            return id
        }
    }

    private static func hash(
        _ ringKey: UnsafeRawBufferPointer,
        personal: [UInt8],
        to destination: UnsafeMutableRawPointer
    ) {
        // It fails for lengths out of range alone, and these are constants.
        _ = crypto_generichash_blake2b_salt_personal(
            destination.assumingMemoryBound(to: UInt8.self),
            byteCount,
            nil,
            0,
            ringKey.baseAddress?.assumingMemoryBound(to: UInt8.self),
            ringKey.count,
            nil,
            personal
        )
    }
}
