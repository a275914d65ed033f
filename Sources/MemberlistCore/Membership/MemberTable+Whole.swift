import MemberlistWire

/// What looks at every row: for a state exchange, and for whoever wants to read the table.
extension MemberTable {
    /// Those that are suspect, and the suspicions of them.
    var suspects: [(name: NodeName, suspicion: Suspicion)] {
        (0..<groupCount(.suspect)).map { member($0, of: .suspect) }.sorted { $0.position < $1.position }
            .compactMap { id in suspicion(of: id).map { (self[id].name, $0) } }
    }
}
