internal import CSodium

/// libsodium, made ready once.
enum Sodium {
    static let isReady = sodium_init() >= 0
    /// Whether this processor has what libsodium's AES-256-GCM needs.
    static let hasAES256GCM = isReady && crypto_aead_aes256gcm_is_available() == 1

    /// Wipes what earlier calls have left on the stack, below the caller's own frame. The dynamic linker saves all
    /// registers there, for one, where a function is called for the first time, and so whatever part of a key the
    /// cipher before it held in them.
    static func wipeStack() {
        sodium_stackzero(16_384)
    }

    static func fillWithRandomBytes(_ buffer: UnsafeMutableRawBufferPointer) {
        // Reading it makes libsodium ready; its random source never fails after that.
        guard isReady, let start = buffer.baseAddress else { return }
        randombytes_buf(start, buffer.count)
    }
}
