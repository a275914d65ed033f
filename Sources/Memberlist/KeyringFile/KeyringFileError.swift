public import MemberlistWire

/// Why a keyring file could not be read or written. Its ``description`` says what to do; it never holds
/// anything of a key.
public enum KeyringFileError: Error, Hashable, Sendable {
    /// No file stands there.
    case missing(path: String)
    /// A file stands there, and a new one is never put over it.
    case exists(path: String)
    /// It is a folder, a device or a pipe.
    case notAFile(path: String)
    /// Its group or others may read or change it.
    case openToOthers(path: String)
    /// It is larger than any keyring.
    case tooLarge(path: String)
    /// It is not a JSON array of texts.
    case malformed(path: String)
    /// The array has no key.
    case empty(path: String)
    /// The key at this place in the array, counted from 1, cannot be used; the reason says why.
    case badKey(path: String, place: Int, reason: String)
    /// The change is none that a ring allows; nothing was written.
    case refused(path: String, reason: KeyError)
    /// Another writer was not done in time; its process number, where the system tells it.
    case busy(path: String, holder: Int32?)
    /// The operating system refused; the reason is its own word for it.
    case system(path: String, action: String, reason: String)
}

extension KeyringFileError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .missing(let path):
            "no keyring file at \(path): make one with 'memberlist keygen --output \(path)'"
        case .exists(let path):
            "\(path) exists and is never written over: name another file, or move that one away"
        case .notAFile(let path):
            "\(path) is not a regular file: name a keyring file"
        case .openToOthers(let path):
            "others than its owner can use the keyring file \(path): run 'chmod 600 \(path)'"
        case .tooLarge(let path):
            "\(path) is larger than \(PrivateFile.largest) bytes: that is no keyring file"
        case .malformed(let path):
            "\(path) is not a keyring file: it must hold a JSON array of base64 keys, the first one primary, "
                + "such as 'memberlist keygen --output FILE' writes"
        case .empty(let path):
            "\(path) holds no key: put at least one into its array, or make another file with "
                + "'memberlist keygen --output FILE'"
        case .badKey(let path, let place, let reason):
            "key \(place) in \(path) cannot be used: \(reason)"
        case .refused(let path, let reason):
            "\(path) stays as it was: \(reason)"
        case .busy(let path, let holder):
            "\(path) stays as it was: \(holder.map { "process \($0)" } ?? "another process") is changing "
                + "a file of that folder; wait for it to end, and try again"
        case .system(let path, let action, let reason):
            "cannot \(action) \(path): \(reason)"
        }
    }
}
