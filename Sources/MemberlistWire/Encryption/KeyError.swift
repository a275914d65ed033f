/// Why a key or a change of a keyring was refused. It never carries bytes of a key.
public enum KeyError: Error, Hashable, Sendable {
    /// The key has this many bytes; AES takes 16, 24 or 32.
    case wrongLength(Int)
    /// The text is not standard base64.
    case notBase64
    /// The text is base64 whose `=` at the end were left out.
    case unpaddedBase64
    /// The text decodes to text that is itself the base64 of a key.
    case encodedTwice
    /// A keyring needs one key at least.
    case noKeys
    /// The key in use cannot be removed: another one is made primary first.
    case primaryCannotBeRemoved
    /// A ring's only key cannot be removed: another one is added and made primary first.
    case lastKeyCannotBeRemoved
    /// The key is not on the ring.
    case unknownKey
    /// The system gave no protected memory or no random bytes.
    case systemUnavailable
}

extension KeyError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .wrongLength(let count):
            "the key has \(count) bytes; it must have 16, 24 or 32"
        case .notBase64:
            "the key is not base64; a key is written as the standard base64 of its 16, 24 or 32 bytes"
        case .unpaddedBase64:
            "the key's base64 lacks its '=' at the end"
        case .encodedTwice:
            "the key was encoded as base64 twice; decode it once"
        case .noKeys:
            "a keyring needs at least one key"
        case .primaryCannotBeRemoved:
            "the primary key cannot be removed; use another key first"
        case .lastKeyCannotBeRemoved:
            "the only key cannot be removed; add and use another key first"
        case .unknownKey:
            "the key is not on the keyring; add it first, or look at the ids of those that are"
        case .systemUnavailable:
            "the system gave no memory to guard the key in, or no random bytes; free some memory and try again"
        }
    }
}
