import MemberlistWire

/// What a push/pull tells of the rows of a table, written once and kept while the rows say the same.
struct StateBlocks: Sendable {
    /// Rows of one block. Of those behind the last whole one nothing is kept: to write them anew costs little.
    private static let rows = 128

    private var kept: [StateBlock?] = []

    /// The row tells something else from now on.
    mutating func rowChanged(_ position: Int) {
        let block = position / Self.rows
        if block < kept.count { kept[block] = nil }
    }

    /// The states of all rows, in their order. Rows are looked at where they stand.
    mutating func all(of rows: [MemberRow]) -> [StateBlock] {
        let whole = rows.count / Self.rows
        while kept.count < whole { kept.append(nil) }
        var blocks: [StateBlock] = []
        blocks.reserveCapacity(whole + 1)
        for index in 0..<whole {
            let start = index * Self.rows
            let block = kept[index] ?? Self.block(rows, start..<start + Self.rows)
            kept[index] = block
            blocks.append(block)
        }
        let rest = whole * Self.rows..<rows.count
        if !rest.isEmpty { blocks.append(Self.block(rows, rest)) }
        return blocks
    }

    private static func block(_ rows: [MemberRow], _ range: Range<Int>) -> StateBlock {
        var writer = NodeStateWriter(count: range.count)
        for position in range where !rows[position].isFree { rows[position].write(to: &writer) }
        return StateBlock(writer)
    }
}
