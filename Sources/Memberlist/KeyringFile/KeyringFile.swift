public import MemberlistWire

#if canImport(FoundationEssentials)
package import FoundationEssentials
#else
package import Foundation
#endif

/// A file that holds a cluster's keys, in Serf's format: a JSON array of base64 keys, the first one primary.
///
/// Its mode is 0600: a file that anyone but its owner may use is refused with words that say what to do. It is
/// never changed in place: a new one is written beside it (`FILE.new`), brought to the disk, and put in its place.
/// So whoever reads it meanwhile, or after a crash, finds the old keys or the new ones, whole; and where the disk is
/// full or takes no writing, the file stays as it was. One process at a time changes it.
///
/// `FILE.dates` beside it says when keys were added. It is no secret, and can be deleted.
public struct KeyringFile: Sendable, Hashable {
    /// How long a change waits for another writer.
    public static let patience: Duration = .seconds(5)

    /// Where it stands.
    public let path: String

    /// Names the file; nothing is read or made yet.
    public init(path: String) {
        self.path = path
    }

    /// The keys, the primary one first; at least one.
    public func read() throws(KeyringFileError) -> [SecretKey] {
        var text = try PrivateFile(path: path).read()
        return try KeyringText.keys(in: &text, path: path)
    }

    /// Makes the file; where one stands already it throws ``KeyringFileError/exists(path:)``.
    public func create(_ keys: [SecretKey]) throws(KeyringFileError) {
        let text = try text(keys)
        let folder = try LockedFolder(of: path, waiting: Self.patience)
        try PrivateFile(path: path).create(text, in: folder)
        KeyDates(of: path).note(keys.map(\.id), before: [], in: folder)
    }

    /// Writes the file anew, whatever it held.
    public func replace(with keys: [SecretKey]) throws(KeyringFileError) {
        let text = try text(keys)
        let target = PrivateFile(path: path).resolved
        let folder = try LockedFolder(of: target, waiting: Self.patience)
        try PrivateFile(path: path).replace(with: text, in: folder)
        KeyDates(of: target).note(keys.map(\.id), before: [], in: folder)
    }

    // MARK: Changes

    /// Reads the keys, changes them and writes them, while no other process can. Nothing is written where nothing
    /// changes, or where the change is refused.
    ///
    /// - Parameters:
    ///   - limit: How long to wait for another writer.
    ///   - change: Given the keys, the primary first.
    /// - Returns: The keys that the file holds now.
    /// - Throws: ``KeyringFileError/refused(path:reason:)`` with what `change` throws,
    ///   ``KeyringFileError/busy(path:holder:)``, and whatever the file or the disk is to blame for.
    @discardableResult
    public func update(
        waiting limit: Duration = Self.patience,
        _ change: (inout [SecretKey]) throws(KeyError) -> Void
    ) throws(KeyringFileError) -> [SecretKey] {
        let file = PrivateFile(path: path)
        let target = file.resolved
        let folder = try LockedFolder(of: target, waiting: limit)
        let old = try read()
        var keys = old
        do {
            try change(&keys)
        } catch {
            throw .refused(path: path, reason: error)
        }
        keys = keys.distinct
        guard keys != old else { return keys }
        try file.replace(with: try text(keys), in: folder)
        KeyDates(of: target).note(keys.map(\.id), before: old.map(\.id), in: folder)
        return keys
    }

    /// Adds a key that opens; the primary stays. A key that the file holds stays where it is.
    @discardableResult
    public func add(_ key: SecretKey) throws(KeyringFileError) -> [SecretKey] {
        try update { $0.add(key) }
    }

    /// Makes a key of the file the primary.
    @discardableResult
    public func use(_ id: KeyID) throws(KeyringFileError) -> [SecretKey] {
        try update { (keys) throws(KeyError) in try keys.use(id) }
    }

    /// Removes a key, neither the primary nor the last.
    @discardableResult
    public func remove(_ id: KeyID) throws(KeyringFileError) -> [SecretKey] {
        try update { (keys) throws(KeyError) in try keys.remove(id) }
    }

    /// Adds a new key, and makes it the primary where `promote` says so.
    @discardableResult
    public func rotate(to key: SecretKey, promote: Bool) throws(KeyringFileError) -> [SecretKey] {
        try update { (keys) throws(KeyError) in
            keys.add(key)
            if promote { try keys.use(key.id) }
        }
    }

    private func text(_ keys: [SecretKey]) throws(KeyringFileError) -> SecretBuffer {
        guard !keys.isEmpty else { throw .empty(path: path) }
        do {
            return try KeyringText.text(keys)
        } catch {
            throw .system(path: path, action: "write", reason: "\(error)")
        }
    }
}

extension KeyringFile {
    /// When keys were added, as far as it is known.
    package var dates: [KeyID: Date] { KeyDates(of: PrivateFile(path: path).resolved).read() }

    /// The key whose base64 is all that a private file holds.
    package static func readKey(path: String) throws(KeyringFileError) -> SecretKey {
        try key(PrivateFile(path: path).read(), path: path)
    }

    /// The key whose base64 comes from a descriptor, on one line. `name` is what to call it in an error.
    package static func readKey(descriptor: Int32, name: String) throws(KeyringFileError) -> SecretKey {
        guard var text = try? SecretBuffer(capacity: longestKeyText) else {
            throw .system(path: name, action: "read", reason: "\(KeyError.systemUnavailable)")
        }
        try PrivateFile.read(descriptor, into: &text, path: name, line: true)
        return try key(text, path: name)
    }

    /// More than the base64 of the base64 of a key, which is told apart.
    private static let longestKeyText = 1_024

    private static func key(
        _ text: borrowing SecretBuffer,
        path: String
    ) throws(KeyringFileError) -> SecretKey {
        guard var scratch = try? SecretBuffer(capacity: 2 * text.count) else {
            throw .system(path: path, action: "read", reason: "\(KeyError.systemUnavailable)")
        }
        return try text.withUnsafeBytes { (text) throws(KeyringFileError) in
            let space: [UInt8] = [0x20, 0x09, 0x0A, 0x0D]
            let start = text.firstIndex { !space.contains($0) } ?? text.endIndex
            let end = text.lastIndex { !space.contains($0) }.map { $0 + 1 } ?? start
            do {
                let base64 = UnsafeRawBufferPointer(rebasing: text[start..<end]).bytes
                return try SecretKey(base64: base64, scratch: &scratch)
            } catch {
                throw .badKey(path: path, place: 1, reason: "\(error)")
            }
        }
    }
}
