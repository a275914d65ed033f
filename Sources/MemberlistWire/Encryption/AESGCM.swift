internal import CSodium
internal import Crypto

/// AES in Galois/Counter mode over raw memory: libsodium's for 32-byte keys on a processor that has it, else
/// swift-crypto's.
enum AESGCM {
    typealias Schedule = crypto_aead_aes256gcm_state

    static let nonceBytes = 12
    static let tagBytes = 16

    /// Writes ciphertext and tag, `plaintext.count + 16` bytes. The plaintext may be where the ciphertext goes.
    static func seal(
        _ plaintext: UnsafeRawBufferPointer,
        key: SecretKey,
        nonce: UnsafeRawPointer,
        additionalData: UnsafeRawBufferPointer,
        to destination: UnsafeMutableRawPointer
    ) -> Bool {
        guard !key.isPortable else {
            return FreedMemory.wipingContexts {
                sealPortably(
                    plaintext,
                    key: key,
                    nonce: nonce,
                    additionalData: additionalData,
                    to: destination
                )
            }
        }
        defer { Sodium.clearRegisters() }
        return withExtendedLifetime(key) {
            crypto_aead_aes256gcm_encrypt_afternm(
                destination.assumingMemoryBound(to: UInt8.self),
                nil,
                plaintext.baseAddress?.assumingMemoryBound(to: UInt8.self),
                UInt64(plaintext.count),
                additionalData.baseAddress?.assumingMemoryBound(to: UInt8.self),
                UInt64(additionalData.count),
                nil,
                nonce.assumingMemoryBound(to: UInt8.self),
                key.schedule
            ) == 0
        }
    }

    /// Writes `sealed.count - 16` bytes of plaintext where the tag is right; false where it is not.
    static func open(
        _ sealed: UnsafeRawBufferPointer,
        key: SecretKey,
        nonce: UnsafeRawPointer,
        additionalData: UnsafeRawBufferPointer,
        to destination: UnsafeMutableRawPointer
    ) -> Bool {
        guard !key.isPortable else {
            return FreedMemory.wipingContexts {
                openPortably(
                    sealed,
                    key: key,
                    nonce: nonce,
                    additionalData: additionalData,
                    to: destination
                )
            }
        }
        guard let start = sealed.baseAddress else { return false }
        defer { Sodium.clearRegisters() }
        return withExtendedLifetime(key) {
            crypto_aead_aes256gcm_decrypt_afternm(
                destination.assumingMemoryBound(to: UInt8.self),
                nil,
                nil,
                start.assumingMemoryBound(to: UInt8.self),
                UInt64(sealed.count),
                additionalData.baseAddress?.assumingMemoryBound(to: UInt8.self),
                UInt64(additionalData.count),
                nonce.assumingMemoryBound(to: UInt8.self),
                key.schedule
            ) == 0
        }
    }

    private static func sealPortably(
        _ plaintext: UnsafeRawBufferPointer,
        key: SecretKey,
        nonce: UnsafeRawPointer,
        additionalData: UnsafeRawBufferPointer,
        to destination: UnsafeMutableRawPointer
    ) -> Bool {
        let nonceBytes = UnsafeRawBufferPointer(start: nonce, count: nonceBytes)
        guard let nonce = try? AES.GCM.Nonce(data: nonceBytes),
            let box = try? AES.GCM.seal(
                plaintext,
                using: key.symmetricKey,
                nonce: nonce,
                authenticating: additionalData
            )
        else { return false }
        let room = UnsafeMutableRawBufferPointer(start: destination, count: plaintext.count + tagBytes)
        room.copyBytes(from: box.ciphertext)
        UnsafeMutableRawBufferPointer(rebasing: room[plaintext.count...]).copyBytes(from: box.tag)
        return true
    }

    private static func openPortably(
        _ sealed: UnsafeRawBufferPointer,
        key: SecretKey,
        nonce: UnsafeRawPointer,
        additionalData: UnsafeRawBufferPointer,
        to destination: UnsafeMutableRawPointer
    ) -> Bool {
        let nonceBytes = UnsafeRawBufferPointer(start: nonce, count: nonceBytes)
        let count = sealed.count - tagBytes
        guard let nonce = try? AES.GCM.Nonce(data: nonceBytes),
            let box = try? AES.GCM.SealedBox(
                nonce: nonce,
                ciphertext: UnsafeRawBufferPointer(rebasing: sealed[..<count]),
                tag: UnsafeRawBufferPointer(rebasing: sealed[count...])
            ),
            let plaintext = try? AES.GCM.open(box, using: key.symmetricKey, authenticating: additionalData)
        else { return false }
        UnsafeMutableRawBufferPointer(start: destination, count: count).copyBytes(from: plaintext)
        return true
    }
}
