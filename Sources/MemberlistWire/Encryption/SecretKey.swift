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
    /// What the key is called where it must not be shown.
    public let id: KeyID
    /// The precomputed schedule of ``AESGCM``, then the key's bytes in 32, then the native suite's key.
    nonisolated(unsafe) private let memory: UnsafeMutableRawPointer
    /// Whether libsodium has no cipher for it, and swift-crypto is asked.
    let isPortable: Bool
    /// Whether the system keeps the key's memory from being written to a swap file.
    package let isLocked: Bool

    /// A key of these bytes. The caller's copy is the caller's to forget.
    ///
    /// - Throws: ``KeyError/wrongLength(_:)``, ``KeyError/systemUnavailable``.
    public convenience init(bytes: [UInt8]) throws(KeyError) {
        try self.init(byteCount: bytes.count) { $0.copyBytes(from: bytes) }
    }

    /// A new key from the system's random source.
    ///
    /// - Parameter byteCount: 16, 24 or 32.
    /// - Throws: ``KeyError/wrongLength(_:)``, ``KeyError/systemUnavailable``.
    public static func random(bytes byteCount: Int = 32) throws(KeyError) -> SecretKey {
        try SecretKey(byteCount: byteCount, fill: Sodium.fillWithRandomBytes)
    }

    /// The bytes are written where they stay, so that there is no copy to forget.
    init(byteCount: Int, fill: (UnsafeMutableRawBufferPointer) -> Void) throws(KeyError) {
        guard [16, 24, 32].contains(byteCount) else { throw .wrongLength(byteCount) }
        let scheduleBytes = memberlist_aes256gcm_state_bytes()
        // A multiple of 16 in all, because libsodium puts the end of a block at the end of a page.
        let size = scheduleBytes + 32 + NativeKey.byteCount
        guard Sodium.isReady, let memory = sodium_malloc(size) else { throw .systemUnavailable }
        self.memory = memory
        self.byteCount = byteCount
        // It was locked already where the limit allows; asked again, the system says whether it is.
        isLocked = sodium_mlock(memory, size) == 0
        sodium_memzero(memory, size)
        let key = memory + scheduleBytes
        fill(UnsafeMutableRawBufferPointer(start: key, count: byteCount))
        isPortable = byteCount != 32 || !Sodium.hasAES256GCM
        if !isPortable {
            crypto_aead_aes256gcm_beforenm(
                memory.assumingMemoryBound(to: AESGCM.Schedule.self),
                key.assumingMemoryBound(to: UInt8.self)
            )
        }
        let ringKey = UnsafeRawBufferPointer(start: key, count: byteCount)
        NativeKey.derive(from: ringKey, to: key + 32)
        id = NativeKey.id(of: ringKey)
        sodium_mprotect_readonly(memory)
        Sodium.wipeTraces()
    }

    deinit {
        sodium_free(memory)
        Sodium.wipeTraces()
    }

    /// The key's bytes, for deriving others from them.
    package func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        withExtendedLifetime(self) {
            body(UnsafeRawBufferPointer(start: memory + memberlist_aes256gcm_state_bytes(), count: byteCount))
        }
    }

    /// The native suite's key, 32 bytes. Only while the key is held.
    package var nativeKey: UnsafePointer<UInt8> {
        UnsafePointer((memory + memberlist_aes256gcm_state_bytes() + 32).assumingMemoryBound(to: UInt8.self))
    }

    /// The key as swift-crypto takes it: made for one frame and wiped after it, for that memory is not guarded.
    /// What swift-crypto makes of it is not wiped by itself: see ``FreedMemory``.
    var symmetricKey: SymmetricKey { withUnsafeBytes { SymmetricKey(data: $0) } }

    /// libsodium's schedule. Only where the key is not ``isPortable``, and only while it is held.
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
        hasher.combine(id)
    }
}

extension SecretKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The key's size and ``id`` alone.
    public var description: String { "SecretKey(\(id), \(byteCount) bytes, redacted)" }
    /// The key's size and ``id`` alone.
    public var debugDescription: String { description }
    /// Nothing.
    public var customMirror: Mirror { Mirror(self, children: [], displayStyle: .class) }
}
