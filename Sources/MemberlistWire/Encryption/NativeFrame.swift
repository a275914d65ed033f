internal import CSodium

/// The native suite's frame: `version (1) | key id (8) | session (16) | counter (8) | ciphertext | tag (16)`,
/// XChaCha20-Poly1305 under a key derived from the ring's.
enum NativeFrame {
    enum Version: UInt8 {
        /// The sender does not know the receiver's name.
        case anyone = 0x20
        /// The tag covers the receiver's name.
        case named = 0x21
    }

    static let tagBytes = 16
    static let nonceOffset = 9
    static let header = nonceOffset + NativeNonce.byteCount
    /// What sealing adds, in bytes.
    static let overhead = header + tagBytes

    /// The version byte in front, where it is one of this suite's.
    static func version(of frame: RawSpan) -> Version? {
        frame.isEmpty ? nil : Version(rawValue: frame.unsafeLoad(as: UInt8.self))
    }

    /// The key that a frame names. There must be a whole header.
    static func keyID(of frame: UnsafeRawPointer) -> KeyID {
        KeyID(rawValue: UInt64(bigEndian: frame.loadUnaligned(fromByteOffset: 1, as: UInt64.self)))
    }

    /// Writes the frame, `plaintext.count + overhead` bytes.
    static func seal(
        _ plaintext: UnsafeRawBufferPointer,
        version: Version,
        key: SecretKey,
        nonce: NativeNonce,
        additionalData: UnsafeRawBufferPointer,
        to frame: UnsafeMutableRawPointer
    ) -> Bool {
        frame.storeBytes(of: version.rawValue, as: UInt8.self)
        frame.storeBytes(of: key.id.rawValue.bigEndian, toByteOffset: 1, as: UInt64.self)
        nonce.write(to: frame + nonceOffset)
        defer { Sodium.clearRegisters() }
        return withExtendedLifetime(key) {
            crypto_aead_xchacha20poly1305_ietf_encrypt(
                (frame + header).assumingMemoryBound(to: UInt8.self),
                nil,
                plaintext.baseAddress?.assumingMemoryBound(to: UInt8.self),
                UInt64(plaintext.count),
                additionalData.baseAddress?.assumingMemoryBound(to: UInt8.self),
                UInt64(additionalData.count),
                nil,
                UnsafeRawPointer(frame + nonceOffset).assumingMemoryBound(to: UInt8.self),
                key.nativeKey
            ) == 0
        }
    }

    /// Writes `frame.count - overhead` bytes of plaintext where the tag is right; false where it is not.
    static func open(
        _ frame: UnsafeRawBufferPointer,
        key: SecretKey,
        additionalData: UnsafeRawBufferPointer,
        to destination: UnsafeMutableRawPointer
    ) -> Bool {
        guard let start = frame.baseAddress, frame.count >= overhead else { return false }
        defer { Sodium.clearRegisters() }
        return withExtendedLifetime(key) {
            crypto_aead_xchacha20poly1305_ietf_decrypt(
                destination.assumingMemoryBound(to: UInt8.self),
                nil,
                nil,
                (start + header).assumingMemoryBound(to: UInt8.self),
                UInt64(frame.count - header),
                additionalData.baseAddress?.assumingMemoryBound(to: UInt8.self),
                UInt64(additionalData.count),
                (start + nonceOffset).assumingMemoryBound(to: UInt8.self),
                key.nativeKey
            ) == 0
        }
    }
}
