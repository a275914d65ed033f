import MemberlistWire

/// Whom to probe next: every member once a round, each round in a random order (SWIM, section 4.3), so that a
/// failed member is met within two rounds at the latest.
///
/// The order is drawn one place at a time, as a round goes on, so that no step takes longer in a larger
/// cluster. A member that comes during a round is probed in that round.
struct ProbeOrder: Sendable {
    /// Up to `next`: probed in this round. From there on: not yet.
    private var rows: [Int32] = []
    private var probed = 0

    /// A row and the place that it now has.
    typealias Move = (row: Int, position: Int)

    /// The rows that one step moved: two at most, and no array for them.
    struct Moves: Sequence, IteratorProtocol {
        private var first: Move?
        private var second: Move?

        init(_ first: Move? = nil, _ second: Move? = nil) {
            self.first = first
            self.second = second
        }

        mutating func next() -> Move? {
            defer { (first, second) = (second, nil) }
            return first
        }
    }

    var count: Int { rows.count }

    /// Adds a row to those not yet probed; returns its place.
    mutating func append(_ row: Int) -> Int {
        rows.appendCompactly(Int32(truncatingIfNeeded: row))
        return rows.count - 1
    }

    /// Removes the row at a place; returns what moved to close the gap.
    mutating func remove(at position: Int) -> Moves {
        var hole = position
        var inProbed: Move?
        if hole < probed {
            // The last probed row closes the gap, and leaves one at the border instead.
            probed -= 1
            if hole != probed { inProbed = fill(hole, from: probed) }
            hole = probed
        }
        let last = rows.count - 1
        let atBorder = hole == last ? nil : fill(hole, from: last)
        rows.removeLast()
        return inProbed == nil ? Moves(atBorder) : Moves(inProbed, atBorder)
    }

    /// The next row to probe and the rows that changed places for it.
    mutating func next(_ random: inout ProtocolRandom) -> (row: Int, moved: Moves)? {
        guard !rows.isEmpty else { return nil }
        if probed >= rows.count { probed = 0 }
        let chosen = probed + random.below(rows.count - probed)
        rows.swapAt(probed, chosen)
        defer { probed += 1 }
        let row = Int(rows[probed])
        return (row, Moves((row, probed), (Int(rows[chosen]), chosen)))
    }

    private mutating func fill(_ hole: Int, from source: Int) -> Move {
        rows[hole] = rows[source]
        return (Int(rows[hole]), hole)
    }
}
