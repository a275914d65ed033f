internal import Synchronization

/// The keys of a cluster: the primary seals, all of them open.
///
/// A ring can be changed while a node runs, from any task: a key is rotated by adding the new one on every
/// node, then using it on every node, then removing the old one from every node.
public final class Keyring: Sendable {
    private let state: Mutex<State>
    private let fill: @Sendable (UnsafeMutableRawBufferPointer) -> Void
    private let changes = Atomic<UInt64>(0)

    private struct State {
        /// The primary first.
        var keys: [RingKey]
        var nonces: NonceSource
    }

    /// A ring of these keys; the first is the primary. A key given twice is held once.
    ///
    /// - Throws: ``KeyError/noKeys``.
    public convenience init(_ keys: [SecretKey]) throws(KeyError) {
        try self.init(keys, drawingNoncesWith: Sodium.fillWithRandomBytes)
    }

    /// A ring that seals with `primary` and opens with `others` too.
    public convenience init(primary: SecretKey, others: [SecretKey] = []) {
        self.init(distinct: ([primary] + others).distinct, fill: Sodium.fillWithRandomBytes)
    }

    /// For tests alone: nonces and sessions from elsewhere than libsodium.
    package convenience init(
        _ keys: [SecretKey],
        drawingNoncesWith fill: @escaping @Sendable (UnsafeMutableRawBufferPointer) -> Void
    ) throws(KeyError) {
        guard !keys.isEmpty else { throw .noKeys }
        self.init(distinct: keys.distinct, fill: fill)
    }

    private init(
        distinct keys: [SecretKey],
        fill: @escaping @Sendable (UnsafeMutableRawBufferPointer) -> Void
    ) {
        self.fill = fill
        state = Mutex(State(keys: keys.map { RingKey($0, fill: fill) }, nonces: NonceSource(fill: fill)))
    }

    /// Every key, the primary first, then in the order in which they are tried.
    public var keys: [SecretKey] { ringKeys.map(\.key) }

    /// The identifiers of the keys, the primary's first.
    public var keyIDs: [KeyID] { ringKeys.map(\.key.id) }

    /// The number of keys; one at least.
    public var count: Int { state.withLock { $0.keys.count } }

    /// Whether the key is on the ring.
    public func contains(_ key: SecretKey) -> Bool {
        ringKey(key.id) != nil
    }

    /// Adds a key that opens; the primary stays. A key that is on the ring stays where it is.
    public func add(_ key: SecretKey) {
        state.withLock { state in
            guard !state.keys.contains(where: { $0.key.id == key.id }) else { return }
            state.keys.append(RingKey(key, fill: fill))
            changes.add(1, ordering: .releasing)
        }
    }

    /// Makes a key of the ring the primary.
    ///
    /// - Throws: ``KeyError/unknownKey``.
    public func use(_ key: SecretKey) throws(KeyError) {
        try use(key.id)
    }

    /// Makes the key of the ring that has this identifier the primary.
    ///
    /// - Throws: ``KeyError/unknownKey``.
    public func use(_ id: KeyID) throws(KeyError) {
        try update { (keys) throws(KeyError) in try keys.use(id) }
    }

    /// Removes a key: what it sealed is not opened any more.
    ///
    /// - Throws: ``KeyError/unknownKey``, ``KeyError/primaryCannotBeRemoved``,
    ///   ``KeyError/lastKeyCannotBeRemoved``.
    public func remove(_ key: SecretKey) throws(KeyError) {
        try remove(key.id)
    }

    /// Removes the key that has this identifier: what it sealed is not opened any more.
    ///
    /// - Throws: ``KeyError/unknownKey``, ``KeyError/primaryCannotBeRemoved``,
    ///   ``KeyError/lastKeyCannotBeRemoved``.
    public func remove(_ id: KeyID) throws(KeyError) {
        try update { (keys) throws(KeyError) in try keys.remove(id) }
    }

    /// Replaces the whole ring at once; the first of the keys is the primary. Keys that stay keep their
    /// sessions and counts.
    ///
    /// - Throws: ``KeyError/noKeys``; the ring stays as it was.
    public func replace(with keys: [SecretKey]) throws(KeyError) {
        try update { $0 = keys }
    }

    /// Changes the keys in one step; where the change is refused, or leaves none, the ring stays as it was.
    /// Keys that stay keep their sessions and counts.
    package func update(_ change: (inout [SecretKey]) throws(KeyError) -> Void) throws(KeyError) {
        try state.withLock { (state) throws(KeyError) in
            var keys = state.keys.map(\.key)
            try change(&keys)
            guard !keys.isEmpty else { throw .noKeys }
            state.keys = keys.distinct.map { key in
                state.keys.first { $0.key.id == key.id } ?? RingKey(key, fill: fill)
            }
            changes.add(1, ordering: .releasing)
        }
    }

    // MARK: For the layers

    /// The keys in the order in which they are tried.
    var ringKeys: [RingKey] { state.withLock { $0.keys } }

    var primary: RingKey { state.withLock { $0.keys[0] } }

    func ringKey(_ id: KeyID) -> RingKey? {
        state.withLock { state in state.keys.first { $0.key.id == id } }
    }

    /// Another number after each change of the ring.
    package var revision: UInt64 { changes.load(ordering: .acquiring) }

    /// For tests alone: as if the primary had sealed so often more with a random nonce.
    package func countRandomSeals(_ count: UInt64) { primary.noteRandomSeals(count) }

    /// How often the present primary has sealed with a random nonce since it came onto this ring. Random nonces
    /// of 12 bytes bear 2^32 seals of one key, in the whole cluster.
    package var primarySealCount: UInt64 { primary.randomSealCount }

    /// The primary and a nonce that no one else gets, counted as one seal.
    func drawForSeal() -> (key: RingKey, nonce: Nonce) {
        state.withLock { state in
            let primary = state.keys[0]
            primary.noteRandomSeal()
            return (primary, state.nonces.next())
        }
    }
}

extension Keyring: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The number of keys alone.
    public var description: String { "Keyring(\(count) keys, redacted)" }
    /// The number of keys alone.
    public var debugDescription: String { description }
    /// Nothing.
    public var customMirror: Mirror { Mirror(self, children: [], displayStyle: .class) }
}
