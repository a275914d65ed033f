internal import MemberlistCore
public import MemberlistWire
internal import NIOPosix
internal import Synchronization

/// The keys of a running node, to be changed while it runs.
///
/// Where the node has a ``MemberlistConfiguration/keyringFile``, a change is made in the file first, and the node's
/// ring then becomes what the file holds: disk first, memory second. Where the disk refuses, both stay as they were.
/// Without a file, the ring alone is changed, and forgets that when the process ends.
///
/// The order that loses no message: add the new key on every node, then use it on every node, then remove the old one
/// from every node.
public final class ClusterKeyring: Sendable {
    /// Where changes are kept; nil: in memory alone.
    public let file: KeyringFile?

    private let ring: Keyring
    private let log: NodeLog
    private let peers: KeyPeers
    private let snapshot: NodeSnapshot
    /// One change at a time, so that file and ring take them in one order.
    private let turn = Mutex(())
    private let hasWarned = Atomic(false)

    init(_ ring: Keyring, of node: RunningNode) {
        self.ring = ring
        file = node.configuration.keyringFile
        log = node.shared.log
        peers = node.shared.keyPeers
        snapshot = node.snapshot
        warnOfUnlockedMemory()
    }

    /// The identifiers of the keys, the primary's first.
    public var keyIDs: [KeyID] { ring.keyIDs }

    /// How much each key is used, and by whom, the primary first. A snapshot: it never waits.
    ///
    /// An old key can be removed when every member's ``ClusterKeyUsage/Peer/isLatest`` stands under the new one; the
    /// article "Rotating keys" has the whole procedure.
    public var usage: [ClusterKeyUsage] {
        ClusterKeyUsage.all(ring, peers: peers, members: snapshot.members, at: .now)
    }

    /// Adds a key that opens; the primary stays. A key that is on the ring stays where it is.
    ///
    /// - Throws: ``KeyringFileError``.
    public func add(_ key: SecretKey) async throws {
        try await change { $0.add(key) }
    }

    /// Makes a key of the ring the primary, which seals.
    ///
    /// - Throws: `KeyError.unknownKey`, ``KeyringFileError``.
    public func use(_ id: KeyID) async throws {
        try await change { (keys) throws(KeyError) in try keys.use(id) }
    }

    /// Removes a key: what it sealed is not opened any more, and its memory is wiped once no frame is sealed or
    /// opened with it and the application holds it no longer.
    ///
    /// - Throws: `KeyError.unknownKey`, `KeyError.primaryCannotBeRemoved`, `KeyError.lastKeyCannotBeRemoved`,
    ///   ``KeyringFileError``.
    public func remove(_ id: KeyID) async throws {
        try await change { (keys) throws(KeyError) in try keys.remove(id) }
    }

    /// Reads the file again, which another program has changed, `memberlist keyring` say. A file that cannot be
    /// read or holds something else is refused, and the ring stays as it was.
    ///
    /// - Returns: The identifiers of the keys, the primary's first.
    /// - Throws: ``KeyringFileError``. Without a file nothing happens.
    @discardableResult
    public func reload() async throws -> [KeyID] {
        try await apart { [self] in
            guard let file else { return }
            try ring.replace(with: file.read())
        }
        return keyIDs
    }

    /// The disk is waited for, and so may be another writer: not on a thread that others need.
    private func apart(_ body: @escaping @Sendable () throws -> Void) async throws {
        let before = keyIDs
        try await NIOThreadPool.singleton.runIfActive { [self] in try turn.withLock { _ in try body() } }
        let after = keyIDs
        guard after != before else { return }
        peers.keep(after)
        log.info(.keys, "the keyring has changed", ["keys": after.map(\.description).joined(separator: " ")])
        warnOfUnlockedMemory()
    }

    private func change(
        _ change: @escaping @Sendable (inout [SecretKey]) throws(KeyError) -> Void
    ) async throws {
        try await apart { [ring, file] in try Self.change(ring, file, change) }
    }

    /// Disk first, memory second.
    package static func change(
        _ ring: Keyring,
        _ file: KeyringFile?,
        _ change: (inout [SecretKey]) throws(KeyError) -> Void
    ) throws {
        guard let file else { return try ring.update(change) }
        do {
            try ring.replace(with: file.update(change))
        } catch KeyringFileError.refused(_, let reason) {
            throw reason
        }
    }

    /// Once: a limit does not change while a process runs.
    private func warnOfUnlockedMemory() {
        guard ring.keys.contains(where: { !$0.isLocked }),
            !hasWarned.exchange(true, ordering: .relaxed)
        else { return }
        log.warning(
            .keys,
            "the memory of a key cannot be locked and may be written to a swap file: raise the limit of locked "
                + "memory by 4 KiB a key (LimitMEMLOCK= in systemd, 'ulimit -l' in a shell), or have no swap"
        )
    }
}
