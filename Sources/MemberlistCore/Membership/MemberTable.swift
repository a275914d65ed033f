import MemberlistWire

/// All members that this node knows, itself among them. Finding, adding, removing and changing one is O(1);
/// so is drawing one of a group.
struct MemberTable: Sendable {
    private(set) var rows: [MemberRow] = []
    private var freeRows: [Int32] = []
    private var generation: UInt32 = 0
    private let hash: KeyedHash
    private var names = PositionIndex()
    private var endpoints: EndpointIndex
    private var groups: [[Int32]] = Array(repeating: [], count: MemberGroup.allCases.count)
    private var probeOrder = ProbeOrder()
    private var stateBlocks = StateBlocks()
    /// Of those that are suspect, by their rows' positions: few members are.
    private var suspicions: [Int32: Suspicion] = [:]

    init(hash: KeyedHash) {
        self.hash = hash
        endpoints = EndpointIndex(hash: hash)
    }

    /// How many members the table holds, dead ones included: what the scaling formulas count.
    var count: Int { names.count }

    /// Every row, in an order that depends on nothing but the history.
    var all: some Sequence<MemberRow> { rows.lazy.filter { !$0.isFree } }

    func find(_ name: NodeName) -> RowID? {
        name.bytes.withUnsafeBytes { bytes in
            let position = names.find(hash.hash(bytes)) { rows[$0].identity.isNamed(bytes) }
            return position.map(id)
        }
    }

    /// Where the row of that name stands. It is looked for at `near` first, which then is the place behind it.
    mutating func position(of name: UnsafeRawBufferPointer, near: inout Int) -> Int? {
        if near < rows.count, rows.span[near].identity.isNamed(name) {
            near += 1
            return near - 1
        }
        guard let position = names.find(hash.hash(name), where: { rows.span[$0].identity.isNamed(name) })
        else {
            return nil
        }
        near = position + 1
        return position
    }

    private func id(_ position: Int) -> RowID {
        RowID(position: Int32(truncatingIfNeeded: position), generation: rows[position].generation)
    }

    func isCurrent(_ id: RowID) -> Bool {
        id.index < rows.count && !rows[id.index].isFree && rows[id.index].generation == id.generation
    }

    /// The row; only for an ID that is current.
    subscript(id: RowID) -> MemberRow {
        get {
            precondition(isCurrent(id), "a row was used after it was reaped")
            return rows[id.index]
        }
        set {
            if !newValue.tellsSame(as: rows[id.index]) { stateBlocks.rowChanged(id.index) }
            rows[id.index] = newValue
        }
    }

    /// What a push/pull tells of each member.
    mutating func pushBlocks() -> [StateBlock] { stateBlocks.all(of: rows) }

    /// Makes room for so many more members.
    mutating func reserve(_ more: Int) {
        rows.reserveCapacity(rows.count + more)
        names.reserve(more) { [rows, hash] in rows[$0].identity.hashName(hash) }
        endpoints.reserve(more, in: rows)
    }

    mutating func add(_ identity: MemberIdentity, stateChange: Instant) -> RowID {
        generation &+= 1
        let row = MemberRow(identity: identity, stateChange: stateChange, generation: generation)
        let position = freeRows.popLast().map(Int.init) ?? rows.count
        if position == rows.count { rows.appendCompactly(row) } else { rows[position] = row }
        stateBlocks.rowChanged(position)
        names.insert(position, hash: identity.hashName(hash)) { [rows, hash] other in
            rows[other].identity.hashName(hash)
        }
        endpoints.insert(position, endpoint: identity.endpoint, in: rows)
        return id(position)
    }

    mutating func remove(_ id: RowID) {
        move(id, to: .none)
        leaveProbeOrder(id)
        suspicions[id.position] = nil
        let identity = self[id].identity
        endpoints.remove(id.index, endpoint: identity.endpoint, in: rows)
        names.remove(id.index, hash: identity.hashName(hash)) { [rows, hash] other in
            rows[other].identity.hashName(hash)
        }
        rows[id.index].identity = .nobody
        rows[id.index].isFree = true
        rows[id.index].state = .dead
        stateBlocks.rowChanged(id.index)
        freeRows.append(id.position)
    }

    /// The member says something else of itself; its name is the same.
    mutating func setIdentity(_ identity: MemberIdentity, of id: RowID) {
        let old = self[id].identity
        guard !old.isSame(as: identity) else { return }
        stateBlocks.rowChanged(id.index)
        guard old.endpoint != identity.endpoint else {
            rows[id.index].identity = identity
            return
        }
        endpoints.remove(id.index, endpoint: old.endpoint, in: rows)
        rows[id.index].identity = identity
        endpoints.insert(id.index, endpoint: identity.endpoint, in: rows)
    }

    func knows(_ endpoint: Endpoint) -> Bool { endpoints.contains(endpoint, in: rows) }

    /// Whether a member that is alive or suspect, and not this node, listens there.
    func hasLiving(at endpoint: Endpoint) -> Bool { endpoints.hasLiving(endpoint, in: rows) }

    /// The only member that is there.
    func find(_ endpoint: Endpoint) -> RowID? { endpoints.holder(of: endpoint, in: rows).map(id) }

    // MARK: Suspicions

    func suspicion(of id: RowID) -> Suspicion? { suspicions[id.position] }

    /// Those that are suspect, in the order of the table, and the suspicions of them.
    var suspects: [(name: NodeName, suspicion: Suspicion)] {
        (0..<groupCount(.suspect)).map { member($0, of: .suspect) }.sorted { $0.position < $1.position }
            .compactMap { id in suspicion(of: id).map { (self[id].name, $0) } }
    }

    mutating func setSuspicion(_ suspicion: Suspicion?, of id: RowID) {
        suspicions[id.position] = suspicion
    }

    /// This node's own probe of a suspect failed: the last one is evidence.
    mutating func noteProbe(_ probe: FailedProbe, of id: RowID) {
        suspicions[id.position]?.probe = probe
    }

    /// Counts an accuser; see ``Suspicion/confirm(from:at:)``.
    mutating func confirmSuspicion(of id: RowID, from accuser: NodeName, at now: Instant) -> Bool {
        suspicions[id.position]?.confirm(from: accuser, at: now) ?? false
    }

    // MARK: Groups

    func groupCount(_ group: MemberGroup) -> Int { groups[group.rawValue].count }

    func member(_ position: Int, of group: MemberGroup) -> RowID {
        id(Int(groups[group.rawValue][position]))
    }

    mutating func move(_ id: RowID, to group: MemberGroup) {
        let old = self[id].group
        guard old != group else { return }
        if old != .none {
            let position = self[id].groupPosition
            let last = groups[old.rawValue].removeLast()
            if last != id.position {
                groups[old.rawValue][Int(position)] = last
                rows[Int(last)].groupPosition = position
            }
        }
        if old.isLiving != group.isLiving {
            endpoints.livingChanged(rows[id.index].endpoint, by: group.isLiving ? 1 : -1)
        }
        rows[id.index].group = group
        rows[id.index].groupPosition = -1
        guard group != .none else { return }
        rows[id.index].groupPosition = Int32(groups[group.rawValue].count)
        groups[group.rawValue].appendCompactly(id.position)
    }

    // MARK: The order of probes

    mutating func enterProbeOrder(_ id: RowID) {
        guard self[id].probePosition < 0 else { return }
        rows[id.index].probePosition = Int32(probeOrder.append(id.index))
    }

    mutating func leaveProbeOrder(_ id: RowID) {
        let position = self[id].probePosition
        guard position >= 0 else { return }
        rows[id.index].probePosition = -1
        note(probeOrder.remove(at: Int(position)))
    }

    /// The next member to probe: each once a round, in an order drawn anew for each round.
    mutating func nextToProbe(_ random: inout ProtocolRandom) -> RowID? {
        guard let (row, moved) = probeOrder.next(&random) else { return nil }
        note(moved)
        return id(row)
    }

    private mutating func note(_ moves: ProbeOrder.Moves) {
        for (row, position) in moves { rows[row].probePosition = Int32(position) }
    }
}
