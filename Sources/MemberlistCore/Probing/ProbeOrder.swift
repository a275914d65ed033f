/// Whom to probe next: every member once a round, each round in a random order (SWIM, section 4.3), so that a
/// failed member is met within two rounds at the latest.
///
/// The order is drawn one place at a time, as a round goes on, so that no step takes longer in a larger
/// cluster. A member that comes during a round is probed in that round.
struct ProbeOrder: Sendable {
    /// Up to `next`: probed in this round. From there on: not yet.
    private var rows: [Int] = []
    private var probed = 0

    /// A row and the place that it now has.
    typealias Move = (row: Int, position: Int)

    var count: Int { rows.count }

    /// Adds a row to those not yet probed; returns its place.
    mutating func append(_ row: Int) -> Int {
        rows.append(row)
        return rows.count - 1
    }

    /// Removes the row at a place; returns what moved to close the gap.
    mutating func remove(at position: Int) -> [Move] {
        var hole = position
        var moves: [Move] = []
        if hole < probed {
            // The last probed row closes the gap, and leaves one at the border instead.
            probed -= 1
            if hole != probed { moves.append(fill(hole, from: probed)) }
            hole = probed
        }
        let last = rows.count - 1
        if hole != last { moves.append(fill(hole, from: last)) }
        rows.removeLast()
        return moves
    }

    /// The next row to probe and the rows that changed places for it.
    mutating func next(_ random: inout ProtocolRandom) -> (row: Int, moved: [Move])? {
        guard !rows.isEmpty else { return nil }
        if probed >= rows.count { probed = 0 }
        let chosen = probed + random.below(rows.count - probed)
        rows.swapAt(probed, chosen)
        defer { probed += 1 }
        return (rows[probed], [(rows[probed], probed), (rows[chosen], chosen)])
    }

    private mutating func fill(_ hole: Int, from source: Int) -> Move {
        rows[hole] = rows[source]
        return (rows[hole], hole)
    }
}
