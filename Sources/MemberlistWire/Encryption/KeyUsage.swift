/// What one key of a ring has been used for since it came onto it.
public struct KeyUsage: Sendable, Hashable {
    /// The key.
    public let id: KeyID
    /// Whether it seals at present.
    public let isPrimary: Bool
    /// Frames sealed with it, in either dialect.
    public let sealed: UInt64
    /// Frames sealed with it in HashiCorp's dialect, each with a random nonce: of those one key bears 2^32 in the
    /// whole cluster.
    public let sealedWithRandomNonce: UInt64
    /// Frames that it opened, in either dialect. A key that opens none any more can be removed.
    public let opened: UInt64
}

extension Keyring {
    /// How much each key has been used, the primary first.
    public var usage: [KeyUsage] {
        ringKeys.enumerated().map { place, ringKey in
            KeyUsage(
                id: ringKey.key.id,
                isPrimary: place == 0,
                sealed: ringKey.sealCount,
                sealedWithRandomNonce: ringKey.randomSealCount,
                opened: ringKey.openCount
            )
        }
    }
}
