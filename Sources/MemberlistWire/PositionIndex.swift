/// Finds where in an array something stands, by its hash: open addressing of four bytes a place.
///
/// It holds no keys, and is compiled into whoever uses it. Whoever owns it says what the hash of a position is, and whether
/// a position is the one that is looked for. A place holds the position and as much of the hash as there is room for
/// beside it, so that a look at the array is nearly always a look at the right element.
package struct PositionIndex: Sendable {
    /// 0 where nothing is; else the position plus one in the low bits, part of the hash in those above.
    @usableFromInline var places: [UInt32] = []
    @usableFromInline package internal(set) var count = 0

    @usableFromInline static let smallest = 8

    package init() {}

    @inlinable var mask: UInt32 { UInt32(truncatingIfNeeded: places.count &- 1) }

    @inlinable package func find(_ hash: UInt64, where isWanted: (Int) -> Bool) -> Int? {
        guard count > 0 else { return nil }
        let mask = mask
        let tag = Self.tag(hash, mask)
        var place = UInt32(truncatingIfNeeded: hash) & mask
        while true {
            let found = places[Int(place)]
            if found == 0 { return nil }
            if found & ~mask == tag {
                let position = Int(found & mask) - 1
                if isWanted(position) { return position }
            }
            place = (place &+ 1) & mask
        }
    }

    /// Makes room for so many more, so that it need not grow while they come.
    @inlinable package mutating func reserve(_ more: Int, hashOf: (Int) -> UInt64) {
        let last = count + more
        if last + 1 > places.count / 4 * 3 { grow(for: last, hashOf) }
    }

    /// Adds a position that is not there. `hashOf` is asked for the others where the table must grow.
    @inlinable package mutating func insert(_ position: Int, hash: UInt64, hashOf: (Int) -> UInt64) {
        // A quarter stays empty, and a position fits below the tag.
        if max(count, position) + 1 > places.count / 4 * 3 { grow(for: position, hashOf) }
        put(position, hash)
        count += 1
    }

    /// Removes a position that is there. Those that stood behind it close up, so that no mark stays.
    @inlinable package mutating func remove(_ position: Int, hash: UInt64, hashOf: (Int) -> UInt64) {
        let mask = mask
        var hole = UInt32(truncatingIfNeeded: hash) & mask
        while Int(places[Int(hole)] & mask) != position + 1 {
            precondition(places[Int(hole)] != 0, "a position was removed that is not there")
            hole = (hole &+ 1) & mask
        }
        var place = hole
        while true {
            place = (place &+ 1) & mask
            let next = places[Int(place)]
            if next == 0 { break }
            let home = UInt32(truncatingIfNeeded: hashOf(Int(next & mask) - 1)) & mask
            // It may stand in the hole unless its home lies behind it.
            if (place &- home) & mask >= (place &- hole) & mask {
                places[Int(hole)] = next
                hole = place
            }
        }
        places[Int(hole)] = 0
        count -= 1
    }

    /// Forgets all, and gives the memory back.
    @inlinable package mutating func removeAll() {
        places = []
        count = 0
    }

    @inlinable static func tag(_ hash: UInt64, _ mask: UInt32) -> UInt32 {
        UInt32(truncatingIfNeeded: hash >> 32) & ~mask
    }

    @inlinable mutating func put(_ position: Int, _ hash: UInt64) {
        let mask = mask
        var place = UInt32(truncatingIfNeeded: hash) & mask
        while places[Int(place)] != 0 { place = (place &+ 1) & mask }
        places[Int(place)] = Self.tag(hash, mask) | UInt32(truncatingIfNeeded: position + 1)
    }

    @inlinable mutating func grow(for position: Int, _ hashOf: (Int) -> UInt64) {
        let old = places
        let oldMask = mask
        var size = max(old.count, Self.smallest)
        while max(count, position) + 1 > size / 4 * 3 { size *= 2 }
        places = [UInt32](repeating: 0, count: size)
        for place in old where place != 0 {
            let position = Int(place & oldMask) - 1
            put(position, hashOf(position))
        }
    }
}
