internal import CSodium
internal import Crypto

/// One key of a ``Keyring``: 16, 24 or 32 bytes, for AES-128, AES-192 or AES-256 in Galois/Counter mode.
///
/// The bytes lie in guarded memory that is locked where the system allows it, read-only, and overwritten
/// when the key goes. No description, dump or mirror shows them, and two keys are compared in constant time.
///
/// The text form is standard base64 with padding, the same that HashiCorp's `keygen` commands write.
public final class SecretKey: Sendable {
    /// The key's size: 16, 24 or 32 bytes.
    public let byteCount: Int
    /// The precomputed schedule of ``AESGCM``, then the key's bytes.
    nonisolated(unsafe) private let memory: UnsafeMutableRawPointer
    /// For what libsodium has no cipher for.
    let portable: SymmetricKey?

    /// A key of these bytes. The caller's copy is the caller's to forget.
    ///
    /// - Throws: ``KeyError/wrongLength(_:)``, ``KeyError/systemUnavailable``.
    public init(bytes: [UInt8]) throws(KeyError) {
        guard [16, 24, 32].contains(bytes.count) else { throw .wrongLength(bytes.count) }
        let scheduleBytes = memberlist_aes256gcm_state_bytes()
        // A multiple of 16 in all, because libsodium puts the end of a block at the end of a page.
        guard Sodium.isReady, let memory = sodium_malloc(scheduleBytes + 32) else { throw .systemUnavailable }
        self.memory = memory
        byteCount = bytes.count
        sodium_memzero(memory, scheduleBytes + 32)
        UnsafeMutableRawBufferPointer(start: memory + scheduleBytes, count: bytes.count).copyBytes(
            from: bytes
        )
        if bytes.count == 32, Sodium.hasAES256GCM {
            crypto_aead_aes256gcm_beforenm(memory.assumingMemoryBound(to: AESGCM.Schedule.self), bytes)
            portable = nil
        } else {
            portable = SymmetricKey(data: bytes)
        }
        sodium_mprotect_readonly(memory)
    }

    /// A new key from the system's random source.
    ///
    /// - Parameter byteCount: 16, 24 or 32.
    /// - Throws: ``KeyError/wrongLength(_:)``, ``KeyError/systemUnavailable``.
    public static func random(bytes byteCount: Int = 32) throws(KeyError) -> SecretKey {
        guard [16, 24, 32].contains(byteCount) else { throw .wrongLength(byteCount) }
        guard Sodium.isReady else { throw .systemUnavailable }
        var bytes = [UInt8](repeating: 0, count: byteCount)
        defer { bytes.withUnsafeMutableBytes { sodium_memzero($0.baseAddress, $0.count) } }
        bytes.withUnsafeMutableBytes(Sodium.fillWithRandomBytes)
        return try SecretKey(bytes: bytes)
    }

    deinit {
        sodium_free(memory)
    }

    /// The key's bytes, for deriving others from them.
    package func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        withExtendedLifetime(self) {
            body(UnsafeRawBufferPointer(start: memory + memberlist_aes256gcm_state_bytes(), count: byteCount))
        }
    }

    /// libsodium's schedule. Only where ``portable`` is nil, and only while the key is held.
    var schedule: UnsafePointer<AESGCM.Schedule> {
        UnsafePointer(memory.assumingMemoryBound(to: AESGCM.Schedule.self))
    }
}

extension SecretKey: Hashable {
    public static func == (lhs: SecretKey, rhs: SecretKey) -> Bool {
        guard lhs.byteCount == rhs.byteCount else { return false }
        return lhs.withUnsafeBytes { mine in
            rhs.withUnsafeBytes { theirs in
                sodium_memcmp(mine.baseAddress, theirs.baseAddress, mine.count) == 0
            }
        }
    }

    public func hash(into hasher: inout Hasher) {
        withUnsafeBytes { hasher.combine(bytes: $0) }
    }
}

extension SecretKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The key's size alone.
    public var description: String { "SecretKey(\(byteCount) bytes, redacted)" }
    /// The key's size alone.
    public var debugDescription: String { description }
    /// Nothing.
    public var customMirror: Mirror { Mirror(self, children: [], displayStyle: .class) }
}
