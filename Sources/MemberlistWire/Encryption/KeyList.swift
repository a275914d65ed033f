/// The changes that a ring knows and their refusals, which are Serf's; for the ring in memory and for the one in a
/// file. The first key is the primary.
extension [SecretKey] {
    /// Adds a key that opens; the primary stays. A key that is there stays where it is.
    package mutating func add(_ key: SecretKey) {
        if !contains(where: { $0.id == key.id }) { append(key) }
    }

    /// Makes a key the primary.
    package mutating func use(_ id: KeyID) throws(KeyError) {
        insert(remove(at: try place(of: id)), at: 0)
    }

    /// Removes a key, neither the primary nor the last.
    package mutating func remove(_ id: KeyID) throws(KeyError) {
        let place = try place(of: id)
        guard count > 1 else { throw .lastKeyCannotBeRemoved }
        guard place > 0 else { throw .primaryCannotBeRemoved }
        remove(at: place)
    }

    /// By identifier, so that no ring ever holds two keys with one.
    package var distinct: [SecretKey] {
        reduce(into: []) { distinct, key in distinct.add(key) }
    }

    private func place(of id: KeyID) throws(KeyError) -> Int {
        guard let place = firstIndex(where: { $0.id == id }) else { throw .unknownKey }
        return place
    }
}
