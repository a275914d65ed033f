import MemberlistWire

/// All members that this node knows, itself among them. Finding, adding, removing and changing one is O(1);
/// so is drawing one of a group.
struct MemberTable: Sendable {
    private var rows: [MemberRow?] = []
    private var freeRows: [Int] = []
    private var generation: UInt32 = 0
    private var index: [NodeName: Int] = [:]
    private var groups: [[Int]] = Array(repeating: [], count: MemberGroup.allCases.count)
    private var endpoints: [Endpoint: Int] = [:]
    private(set) var probeOrder = ProbeOrder()

    /// How many members the table holds, dead ones included: what the scaling formulas count.
    var count: Int { index.count }

    /// Every row, in an order that depends on nothing but the history.
    var all: some Sequence<MemberRow> { rows.lazy.compactMap { $0 } }

    func find(_ name: NodeName) -> RowID? {
        guard let position = index[name] else { return nil }
        return rows[position]?.id
    }

    func isCurrent(_ id: RowID) -> Bool {
        id.index < rows.count && rows[id.index]?.id == id
    }

    /// The row; only for an ID that is current.
    subscript(id: RowID) -> MemberRow {
        get {
            guard id.index < rows.count, let row = rows[id.index], row.id == id else {
                preconditionFailure("a row was used after it was reaped")
            }
            return row
        }
        set { rows[id.index] = newValue }
    }

    func knows(_ endpoint: Endpoint) -> Bool { endpoints[endpoint] != nil }

    mutating func add(name: NodeName, alive: Alive, endpoint: Endpoint, stateChange: Instant) -> RowID {
        generation &+= 1
        let position = freeRows.popLast() ?? rows.count
        let id = RowID(index: position, generation: generation)
        let row = MemberRow(
            id: id,
            name: name.owned(),
            endpoint: endpoint,
            address: alive.address.owned(),
            meta: alive.meta.owned(),
            wireVersions: alive.versions.owned(),
            versions: ProtocolVersions(alive.versions) ?? .unknown,
            incarnation: 0,
            state: .dead,
            stateChange: stateChange
        )
        if position == rows.count { rows.append(row) } else { rows[position] = row }
        index[row.name] = position
        endpoints[endpoint, default: 0] += 1
        return id
    }

    mutating func remove(_ id: RowID) {
        let row = self[id]
        move(id, to: .none)
        leaveProbeOrder(id)
        forget(row.endpoint)
        index[row.name] = nil
        rows[id.index] = nil
        freeRows.append(id.index)
    }

    mutating func setEndpoint(_ endpoint: Endpoint, of id: RowID) {
        let old = self[id].endpoint
        guard old != endpoint else { return }
        endpoints[endpoint, default: 0] += 1
        self[id].endpoint = endpoint
        forget(old)
    }

    private mutating func forget(_ endpoint: Endpoint) {
        guard let holders = endpoints[endpoint] else { return }
        endpoints[endpoint] = holders > 1 ? holders - 1 : nil
    }

    // MARK: Groups

    func groupCount(_ group: MemberGroup) -> Int { groups[group.rawValue].count }

    func member(_ position: Int, of group: MemberGroup) -> RowID {
        let row = groups[group.rawValue][position]
        guard let id = rows[row]?.id else { preconditionFailure("a group holds a row that was reaped") }
        return id
    }

    mutating func move(_ id: RowID, to group: MemberGroup) {
        let old = self[id].group
        guard old != group else { return }
        if old != .none {
            let position = self[id].groupPosition
            let last = groups[old.rawValue].removeLast()
            if last != id.index {
                groups[old.rawValue][position] = last
                rows[last]?.groupPosition = position
            }
        }
        self[id].group = group
        self[id].groupPosition = -1
        guard group != .none else { return }
        self[id].groupPosition = groups[group.rawValue].count
        groups[group.rawValue].append(id.index)
    }

    // MARK: The order of probes

    mutating func enterProbeOrder(_ id: RowID) {
        guard self[id].probePosition < 0 else { return }
        self[id].probePosition = probeOrder.append(id.index)
    }

    mutating func leaveProbeOrder(_ id: RowID) {
        let position = self[id].probePosition
        guard position >= 0 else { return }
        self[id].probePosition = -1
        for (row, position) in probeOrder.remove(at: position) {
            rows[row]?.probePosition = position
        }
    }

    /// The next member to probe: each once a round, in an order drawn anew for each round.
    mutating func nextToProbe(_ random: inout ProtocolRandom) -> RowID? {
        guard let (row, moved) = probeOrder.next(&random) else { return nil }
        for (row, position) in moved {
            rows[row]?.probePosition = position
        }
        return rows[row]?.id
    }
}
