import MemberlistWire

/// Which endpoints the table's members have, counted: several members may claim one. It holds no endpoints but
/// those rare ones; the others stand in the rows, which every question brings along.
struct EndpointIndex: Sendable {
    private let hash: KeyedHash
    /// Rows whose endpoint no other row has.
    private var index = PositionIndex()
    /// How many rows have an endpoint that several had at once.
    private var shared: [Endpoint: Int] = [:]

    init(hash: KeyedHash) {
        self.hash = hash
    }

    func contains(_ endpoint: Endpoint, in rows: [MemberRow]) -> Bool {
        holder(of: endpoint, hash: hash.hash(endpoint), in: rows) != nil || shared[endpoint] != nil
    }

    /// The row that alone has that endpoint; nil where none or several have.
    func onlyHolder(of endpoint: Endpoint, in rows: [MemberRow]) -> Int? {
        holder(of: endpoint, hash: hash.hash(endpoint), in: rows)
    }

    /// Makes room for so many more.
    mutating func reserve(_ more: Int, in rows: [MemberRow]) {
        index.reserve(more) { [hash] in hash.hash(rows[$0].identity.endpoint) }
    }

    /// Enters a row, which has that endpoint already.
    mutating func insert(_ position: Int, endpoint: Endpoint, in rows: [MemberRow]) {
        let key = hash.hash(endpoint)
        if let holders = shared[endpoint] {
            shared[endpoint] = holders + 1
        } else if let holder = holder(of: endpoint, hash: key, in: rows) {
            index.remove(holder, hash: key) { [hash] in hash.hash(rows[$0].identity.endpoint) }
            shared[endpoint] = 2
        } else {
            index.insert(position, hash: key) { [hash] in hash.hash(rows[$0].identity.endpoint) }
        }
    }

    /// Takes a row out, which still has that endpoint.
    mutating func remove(_ position: Int, endpoint: Endpoint, in rows: [MemberRow]) {
        if let holders = shared[endpoint] {
            shared[endpoint] = holders > 1 ? holders - 1 : nil
        } else {
            index.remove(position, hash: hash.hash(endpoint)) { [hash] in
                hash.hash(rows[$0].identity.endpoint)
            }
        }
    }

    private func holder(of endpoint: Endpoint, hash: UInt64, in rows: [MemberRow]) -> Int? {
        index.find(hash) { rows[$0].identity.endpoint == endpoint }
    }
}
