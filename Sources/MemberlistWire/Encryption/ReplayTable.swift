/// The windows of the sessions heard of late, the least recently heard out first. It grows up to its bound and
/// stays; after that a new session allocates nothing.
struct ReplayTable: Sendable {
    private struct Key: Hashable {
        var keyID: KeyID
        var session: SessionID
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
    private var places: [Key: Int32] = [:]
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
        if let place = places[key] {
            if place != newest {
                unlink(place)
                linkAsNewest(place)
            }
            return entries[Int(place)].window.insert(nonce.counter)
        }
        let entry = Entry(key: key, window: ReplayWindow(first: nonce.counter))
        if entries.count < limit {
            let place = Int32(entries.count)
            entries.append(entry)
            places[key] = place
            linkAsNewest(place)
        } else {
            let place = oldest
            unlink(place)
            places[entries[Int(place)].key] = nil
            entries[Int(place)] = entry
            places[key] = place
            linkAsNewest(place)
        }
        return true
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
