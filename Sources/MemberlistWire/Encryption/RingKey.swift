internal import Synchronization

/// A key's place on one ring: its native sessions, and how often it was used. A key that is removed and added
/// again has a new place, and so new sessions.
final class RingKey: Sendable {
    let key: SecretKey
    /// Streams have a session of their own: a long one may end after thousands of datagrams that were sealed
    /// later, and its counter must still lie in the receiver's window.
    let datagrams: NativeSession
    let streams: NativeSession
    private let randomSeals = Atomic<UInt64>(0)
    private let opens = Atomic<UInt64>(0)

    init(_ key: SecretKey, fill: (UnsafeMutableRawBufferPointer) -> Void) {
        self.key = key
        datagrams = NativeSession(fill: fill)
        streams = NativeSession(fill: fill)
    }

    /// Frames sealed in HashiCorp's dialect, with a random nonce each.
    var randomSealCount: UInt64 { randomSeals.load(ordering: .relaxed) }
    /// Frames sealed in either dialect.
    var sealCount: UInt64 { randomSealCount + datagrams.count + streams.count }
    /// Frames opened in either dialect.
    var openCount: UInt64 { opens.load(ordering: .relaxed) }

    func noteRandomSeal() { noteRandomSeals(1) }
    func noteRandomSeals(_ count: UInt64) { randomSeals.add(count, ordering: .relaxed) }
    func noteOpen() { opens.add(1, ordering: .relaxed) }
}

/// A random number that no other sender has, and the counter beside it: together the nonces of one sender
/// under one key, none of which can come twice.
final class NativeSession: Sendable {
    private let id: SessionID
    private let next = Atomic<UInt64>(0)

    init(fill: (UnsafeMutableRawBufferPointer) -> Void) {
        var id = SessionID(high: 0, low: 0)
        withUnsafeMutableBytes(of: &id) { fill($0) }
        self.id = id
    }

    /// Nonces drawn so far.
    var count: UInt64 { next.load(ordering: .relaxed) }

    func draw() -> NativeNonce {
        NativeNonce(session: id, counter: next.add(1, ordering: .relaxed).oldValue)
    }
}
