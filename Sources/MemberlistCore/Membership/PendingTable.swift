import MemberlistWire

/// Things that wait for the application's decision, found by the number they were given.
struct PendingTable<Waiting: Sendable>: Sendable {
    private var rows: [DecisionID: Waiting] = [:]
    private var last: UInt64 = 0

    var count: Int { rows.count }

    mutating func add(_ waiting: Waiting) -> DecisionID {
        last += 1
        rows[DecisionID(last)] = waiting
        return DecisionID(last)
    }

    mutating func remove(_ id: DecisionID) -> Waiting? {
        rows.removeValue(forKey: id)
    }

    mutating func updateAll(_ update: (inout Waiting) -> Void) {
        guard !rows.isEmpty else { return }
        rows = rows.mapValues { waiting in
            var waiting = waiting
            update(&waiting)
            return waiting
        }
    }

    subscript(id: DecisionID) -> Waiting? {
        get { rows[id] }
        set { rows[id] = newValue }
    }
}

/// States of peers that are being merged, or wait for the application's word: bounded in number and in bytes.
struct PendingMerges: Sendable {
    private var table = PendingTable<PendingMerge>()
    private var bytes = 0

    var count: Int { table.count }

    /// However large it is, one always has room.
    func hasRoom(for state: PushPull) -> Bool {
        count < Limits.exchanges && (count == 0 || bytes + state.heldBytes <= Limits.exchangeBytes)
    }

    mutating func add(_ merge: PendingMerge) -> DecisionID {
        bytes += merge.state.heldBytes
        return table.add(merge)
    }

    mutating func remove(_ id: DecisionID) -> PendingMerge? {
        let merge = table.remove(id)
        bytes -= merge?.state.heldBytes ?? 0
        return merge
    }

    /// Whoever waits here is not the only one that is heard.
    mutating func endLessons() { table.updateAll { $0.isLesson = false } }

    func state(_ id: DecisionID) -> PendingMerge? { table[id] }

    mutating func advance(_ id: DecisionID, to next: Int) {
        table[id]?.next = next
    }
}
