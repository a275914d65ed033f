internal import CSodium

/// libsodium, made ready once.
enum Sodium {
    static let isReady = sodium_init() >= 0
    /// Whether this processor has what libsodium's AES-256-GCM needs.
    static let hasAES256GCM = isReady && crypto_aead_aes256gcm_is_available() == 1

    /// Clears what a cipher leaves in registers, so that nobody puts it on the stack.
    static func clearRegisters() {
        memberlist_clear_registers()
    }

    /// Wipes what earlier calls have left in registers and on the stack, below the caller's own frame.
    static func wipeTraces() {
        clearRegisters()
        sodium_stackzero(16_384)
    }

    static func fillWithRandomBytes(_ buffer: UnsafeMutableRawBufferPointer) {
        // Reading it makes libsodium ready; its random source never fails after that.
        guard isReady, let start = buffer.baseAddress else { return }
        randombytes_buf(start, buffer.count)
    }
}
