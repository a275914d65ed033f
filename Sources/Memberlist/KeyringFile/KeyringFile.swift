public import MemberlistWire

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A file that holds a cluster's keys, in Serf's format: a JSON array of base64 keys, the first one primary.
///
/// Its mode is 0600: a file that anyone but its owner may use is refused with words that say what to do.
public struct KeyringFile: Sendable {
    /// Where it stands.
    public let path: String

    /// Names the file; nothing is read or made yet.
    public init(path: String) {
        self.path = path
    }

    /// The keys, the primary one first; at least one.
    public func read() throws(KeyringFileError) -> [SecretKey] {
        let bytes = try PrivateFile(path: path).read()
        let texts: [String]
        do {
            texts = try JSONDecoder().decode([String].self, from: Data(bytes))
        } catch {
            throw .malformed(path: path)
        }
        guard !texts.isEmpty else { throw .empty(path: path) }
        var keys: [SecretKey] = []
        for (index, text) in texts.enumerated() {
            do {
                keys.append(try SecretKey(base64: text))
            } catch {
                throw .badKey(path: path, place: index + 1, reason: "\(error)")
            }
        }
        return keys
    }

    /// Makes the file; where one stands already it throws ``KeyringFileError/exists(path:)``.
    public func create(_ keys: [SecretKey]) throws(KeyringFileError) {
        try PrivateFile(path: path).create(encoded(keys))
    }

    /// Writes the file anew: beside the old one, to the disk, and then in its place. After a crash, or on
    /// a full disk, the old one is still there and whole.
    public func replace(with keys: [SecretKey]) throws(KeyringFileError) {
        try PrivateFile(path: path).replace(with: encoded(keys))
    }

    private func encoded(_ keys: [SecretKey]) throws(KeyringFileError) -> [UInt8] {
        guard !keys.isEmpty else { throw .empty(path: path) }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .withoutEscapingSlashes]
        do {
            return Array(try encoder.encode(keys.map { $0.base64() })) + [UInt8(ascii: "\n")]
        } catch {
            throw .system(path: path, action: "write", reason: "the keys have no JSON form")
        }
    }
}
