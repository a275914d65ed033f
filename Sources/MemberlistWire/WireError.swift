/// Why bytes from the network were refused. Equal by code; of the peer's bytes it carries a type, a version or
/// a key's identifier at most, and never anything of a key.
public enum WireError: Error, Hashable, Sendable {
    // Framing
    /// The bytes end before the value does.
    case truncated
    /// A type byte that no message has, or one that has no place here.
    case unknownMessageType(UInt8)
    /// A layer stands where the order of layers does not allow it: a compound in a compound, for example.
    case misplacedLayer
    /// A length, a count or an inflated size is over its limit.
    case limitExceeded
    /// A message does not fit a datagram, whatever else travels with it.
    case messageTooLarge
    /// A body that decrypts or decompresses to nothing.
    case emptyBody

    // MessagePack
    /// A MessagePack value of another kind than its field.
    case unexpectedValue
    /// Nested deeper than any message.
    case nestedTooDeeply

    // Checksum and compression
    /// The bytes are not those that the CRC-32 in front of them was taken of.
    case checksumMismatch
    /// A compression that this version does not know, by its number.
    case unknownCompression(UInt8)
    /// A compressed body that is cut short, goes on behind its end, or stands for nothing.
    case corruptCompression

    // Labels
    /// A label of length 0, or one cut short.
    case malformedLabel
    /// The label is another than the configured one: none, or another cluster's.
    case labelMismatch

    // Encryption
    /// A frame of a version that this one does not know.
    case unknownEncryptionVersion(UInt8)
    /// Encryption version 0, which this node is not configured to take.
    case paddedEncryptionRefused
    /// Plaintext where this node takes encrypted traffic alone.
    case notEncrypted
    /// Encrypted traffic, and no key is configured.
    case encryptedUnexpectedly
    /// No key on the ring opens it: another key, another label, or bytes changed on the way.
    case authenticationFailed
    /// A native frame sealed with a key that is not on the ring.
    case unknownKey(KeyID)
    /// A dialect that this node is configured not to speak.
    case dialectRefused
    /// Padding of encryption version 0 that no sender makes.
    case malformedPadding
    /// A frame that was received before.
    case replayed
}
