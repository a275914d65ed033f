import MemberlistWire

/// What looks at every row: for a state exchange, and for whoever wants to read the table.
extension MemberTable {
    /// What a push/pull tells of each member. Rows are looked at where they stand.
    var pushStates: NodeStates {
        var writer = NodeStateWriter(count: count)
        for position in rows.indices where !rows[position].isFree { rows[position].write(to: &writer) }
        return writer.finish()
    }

    /// Those that are suspect, and the suspicions of them.
    var suspects: [(name: NodeName, suspicion: Suspicion)] {
        (0..<groupCount(.suspect)).map { member($0, of: .suspect) }.sorted { $0.position < $1.position }
            .compactMap { id in suspicion(of: id).map { (self[id].name, $0) } }
    }
}
