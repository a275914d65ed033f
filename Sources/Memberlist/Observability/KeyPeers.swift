internal import MemberlistCore
internal import MemberlistWire
internal import Synchronization

/// When each key last opened something, and from whom: what must be known before a key is removed.
///
/// Written for every frame that opened, and so two look-ups and no allocation for a peer that is known. Who holds a
/// key can send from any address: each key remembers so many peers at most, the one heard last the longest.
final class KeyPeers: Sendable {
    /// Nanoseconds of the node's clock.
    struct Row: Sendable {
        var lastOpened: Int64
        var peers: [Endpoint: Int64] = [:]
    }

    /// Peers that a key remembers at least; in a large cluster twice as many as there are members.
    static let peersAtLeast = 1_024

    private let rows = Mutex<[KeyID: Row]>([:])

    /// A frame of the peer's was opened with the key, authenticated and for the first time.
    ///
    /// - Parameter members: How many there are; asked only for a peer that is new.
    func note(_ key: KeyID, by peer: Endpoint, at now: Instant, members: @autoclosure () -> Int) {
        rows.withLock { rows in
            guard let row = rows.index(forKey: key) else {
                rows[key] = Row(lastOpened: now.nanoseconds, peers: [peer: now.nanoseconds])
                return
            }
            rows.values[row].note(peer, at: now.nanoseconds, members: members)
        }
    }

    /// Forgets all other keys.
    func keep(_ keys: [KeyID]) {
        rows.withLock { rows in
            guard rows.keys.contains(where: { !keys.contains($0) }) else { return }
            rows = rows.filter { keys.contains($0.key) }
        }
    }

    var all: [KeyID: Row] { rows.withLock { $0 } }

    /// When the key last opened anything.
    func lastOpened(_ key: KeyID) -> Instant? {
        rows.withLock { $0[key].map { Instant(nanoseconds: $0.lastOpened) } }
    }
}

extension KeyPeers.Row {
    fileprivate mutating func note(_ peer: Endpoint, at now: Int64, members: () -> Int) {
        lastOpened = now
        if let place = peers.index(forKey: peer) {
            peers.values[place] = now
            return
        }
        if peers.count >= max(KeyPeers.peersAtLeast, 2 * members()),
            let oldest = peers.min(by: { $0.value < $1.value })
        {
            peers[oldest.key] = nil
        }
        peers[peer] = now
    }
}
