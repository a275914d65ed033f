/// The windows of the sessions heard of late, the least recently heard out first. It grows up to its bound and
/// stays; after that a session allocates nothing but its window's bits, once, where it is the first busy one in its place.
struct ReplayTable: Sendable {
    private struct Key: Equatable {
        var keyID: KeyID
        var session: SessionID

        /// Only holders of a key can choose what verifies, so the mixing need not withstand an attacker.
        var hash: UInt64 {
            let mixed = (session.low ^ keyID.rawValue) &* 0x9E37_79B9_7F4A_7C15 ^ session.high
            let product = (mixed ^ mixed >> 32) &* 0xD6E8_FEB8_6659_FD93
            return product ^ product >> 32
        }
    }

    private struct Entry {
        var key: Key
        var window: ReplayWindow
        /// Neighbours in the order of use; -1 at either end.
        var newer: Int32 = -1
        var older: Int32 = -1
    }

    /// Sessions held at most.
    private var limit: Int
    private var places = PositionIndex()
    private var entries: [Entry] = []
    private var newest: Int32 = -1
    private var oldest: Int32 = -1

    init() {
        limit = Limits.replaySessions
    }

    /// Sessions held.
    var count: Int { entries.count }

    /// Makes room for four sessions of each member, 1,024 at least. It never shrinks.
    mutating func makeRoom(forMembers members: Int) {
        limit = max(limit, members * Limits.replaySessionsPerMember)
    }

    /// Remembers a frame that verified; false where it was taken before, or is too old to tell.
    mutating func insert(_ nonce: NativeNonce, under keyID: KeyID) -> Bool {
        let key = Key(keyID: keyID, session: nonce.session)
        let hash = key.hash
        if let position = places.find(hash, where: { entries[$0].key == key }) {
            let place = Int32(position)
            if place != newest {
                unlink(place)
                linkAsNewest(place)
            }
            return entries[position].window.insert(nonce.counter)
        }
        let place = entries.count < limit ? append(key, nonce.counter) : replaceOldest(key, nonce.counter)
        places.insert(Int(place), hash: hash) { [entries] in entries[$0].key.hash }
        linkAsNewest(place)
        return true
    }

    private mutating func append(_ key: Key, _ counter: UInt64) -> Int32 {
        entries.appendCompactly(Entry(key: key, window: ReplayWindow(first: counter)))
        return Int32(entries.count - 1)
    }

    private mutating func replaceOldest(_ key: Key, _ counter: UInt64) -> Int32 {
        let place = oldest
        unlink(place)
        places.remove(Int(place), hash: entries[Int(place)].key.hash) { [entries] in entries[$0].key.hash }
        entries[Int(place)].key = key
        entries[Int(place)].window.restart(first: counter)
        return place
    }

    private mutating func unlink(_ place: Int32) {
        let (newer, older) = (entries[Int(place)].newer, entries[Int(place)].older)
        if newer >= 0 { entries[Int(newer)].older = older } else { newest = older }
        if older >= 0 { entries[Int(older)].newer = newer } else { oldest = newer }
    }

    private mutating func linkAsNewest(_ place: Int32) {
        entries[Int(place)].newer = -1
        entries[Int(place)].older = newest
        if newest >= 0 { entries[Int(newest)].newer = place }
        newest = place
        if oldest < 0 { oldest = place }
    }
}
