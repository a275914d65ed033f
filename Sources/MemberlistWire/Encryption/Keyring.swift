internal import Synchronization

/// The keys of a cluster: the primary seals, all of them open.
///
/// A ring can be changed while a node runs, from any task: a key is rotated by adding the new one on every
/// node, then using it on every node, then removing the old one from every node.
public final class Keyring: Sendable {
    private let state: Mutex<State>

    private struct State {
        /// The primary first. Apart from the counts, so that a reader's snapshot makes no seal copy it.
        var keys: [SecretKey]
        var sealCounts: [UInt64]
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
        self.init(distinct: Self.distinct([primary] + others), fill: Sodium.fillWithRandomBytes)
    }

    /// For tests alone: nonces from elsewhere than libsodium.
    package convenience init(
        _ keys: [SecretKey],
        drawingNoncesWith fill: @escaping @Sendable (UnsafeMutableRawBufferPointer) -> Void
    ) throws(KeyError) {
        guard !keys.isEmpty else { throw .noKeys }
        self.init(distinct: Self.distinct(keys), fill: fill)
    }

    private init(
        distinct keys: [SecretKey],
        fill: @escaping @Sendable (UnsafeMutableRawBufferPointer) -> Void
    ) {
        let counts = [UInt64](repeating: 0, count: keys.count)
        state = Mutex(State(keys: keys, sealCounts: counts, nonces: NonceSource(fill: fill)))
    }

    private static func distinct(_ keys: [SecretKey]) -> [SecretKey] {
        keys.reduce(into: []) { distinct, key in
            if !distinct.contains(key) { distinct.append(key) }
        }
    }

    /// Every key, the primary first, then in the order in which they are tried.
    public var keys: [SecretKey] { state.withLock { $0.keys } }

    /// The number of keys; one at least.
    public var count: Int { state.withLock { $0.keys.count } }

    /// Whether the key is on the ring.
    public func contains(_ key: SecretKey) -> Bool {
        keys.contains(key)
    }

    /// Adds a key that opens; the primary stays. A key that is on the ring stays where it is.
    public func add(_ key: SecretKey) {
        state.withLock { state in
            guard !state.keys.contains(key) else { return }
            state.keys.append(key)
            state.sealCounts.append(0)
        }
    }

    /// Makes a key of the ring the primary.
    ///
    /// - Throws: ``KeyError/unknownKey``.
    public func use(_ key: SecretKey) throws(KeyError) {
        try state.withLock { (state) throws(KeyError) in
            guard let index = state.keys.firstIndex(of: key) else { throw .unknownKey }
            state.keys.insert(state.keys.remove(at: index), at: 0)
            state.sealCounts.insert(state.sealCounts.remove(at: index), at: 0)
        }
    }

    /// Removes a key: what it sealed is not opened any more.
    ///
    /// - Throws: ``KeyError/unknownKey``, ``KeyError/primaryCannotBeRemoved``.
    public func remove(_ key: SecretKey) throws(KeyError) {
        try state.withLock { (state) throws(KeyError) in
            guard let index = state.keys.firstIndex(of: key) else { throw .unknownKey }
            guard index > 0 else { throw .primaryCannotBeRemoved }
            state.keys.remove(at: index)
            state.sealCounts.remove(at: index)
        }
    }

    /// How often the present primary has sealed since it came onto this ring. Random nonces of 12 bytes bear
    /// 2^32 seals of one key, in the whole cluster.
    package var primarySealCount: UInt64 { state.withLock { $0.sealCounts[0] } }

    /// The primary and a nonce that no one else gets, counted as one seal.
    func drawForSeal() -> (key: SecretKey, nonce: Nonce) {
        state.withLock { state in
            state.sealCounts[0] += 1
            return (state.keys[0], state.nonces.next())
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
