import MemberlistWire

/// What a peer's state says that this node knows: in a cluster at rest, all of it, member by member.
extension GossipProtocol {
    /// Passes over states that ``receive(_:merge:at:)`` would hear and do nothing about, looking at their bytes
    /// alone. Nothing is changed: what mutates here does so to spare a copy of the table for each state.
    ///
    /// - Parameter near: Where the next member's row may stand: two tables have mostly one order.
    /// - Returns: The first state, from `first` on, that must be heard.
    mutating func passOldNews(in nodes: NodeStates, from first: Int, near: inout Int) -> Int {
        let bounds = NewsBounds(configuration, own: selfID.index)
        return nodes.withPlaces { bytes, places in
            var next = first
            while next < places.count, table.isOldNews(places[next], in: bytes, bounds, near: &near) {
                next += 1
            }
            return next
        }
    }

    /// Whether a message of a datagram is an alive that ``receive(_:merge:at:)`` would hear and do nothing about.
    /// Most messages of gossip are: they cost a look at their bytes, and no message is made of them.
    package mutating func isOldNews(_ message: ArraySlice<UInt8>) -> Bool {
        let bounds = NewsBounds(configuration, own: selfID.index)
        return message.withUnsafeBytes { bytes in
            guard let place = NodeStatePlace.alive(in: bytes) else { return false }
            // Gossip comes in no order of the table's.
            var near = table.rows.count
            return table.isOldNews(place, in: bytes, bounds, near: &near)
        }
    }
}

/// What a state is held against, read once.
private struct NewsBounds {
    let own: Int
    let nameLimit: Int
    let metaLimit: Int
    let broadcastLimit: Int
    /// The port of those that say none; all of them, where versions know no port.
    let port: UInt16
    let knowsPorts: Bool

    init(_ configuration: ProtocolConfiguration, own: Int) {
        self.own = own
        nameLimit = configuration.nameLimit
        metaLimit = configuration.metaLimit
        broadcastLimit = configuration.broadcastLimit
        port = configuration.endpoint.port
        knowsPorts = configuration.versions.current >= 2
    }

    /// What ``GossipProtocol`` asks of an alive before it looks at who it is about.
    @inline(__always)
    func allow(_ place: NodeStatePlace, in bytes: UnsafeRawBufferPointer) -> Bool {
        let counts = (Int(place.name.count), Int(place.meta.count), Int(place.versions.count))
        guard counts.0 > 0, counts.0 <= nameLimit, counts.1 <= metaLimit,
            counts.0 + counts.1 + counts.2 + Limits.aliveOverhead <= broadcastLimit,
            place.incarnation < Limits.incarnation
        else { return false }
        guard counts.2 >= 3 else { return true }
        let versions = bytes.field(place.versions)
        return versions[0] > 0 && versions[0] <= versions[1]
    }
}

extension MemberTable {
    @inline(__always)
    fileprivate mutating func isOldNews(
        _ place: NodeStatePlace,
        in bytes: UnsafeRawBufferPointer,
        _ bounds: NewsBounds,
        near: inout Int
    ) -> Bool {
        guard place.state == 0, bounds.allow(place, in: bytes),
            let position = position(of: bytes.field(place.name), near: &near), position != bounds.own,
            place.incarnation <= rows[position].incarnation
        else { return false }
        let port = place.port == 0 || !bounds.knowsPorts ? bounds.port : place.port
        return rows.span[position].identity.covers(
            address: bytes.field(place.address),
            port: port,
            versionCount: Int(place.versions.count)
        )
    }
}

extension UnsafeRawBufferPointer {
    /// The field's bytes; none where it is null.
    @inline(__always)
    func field(_ field: NodeStatePlace.Field) -> UnsafeRawBufferPointer {
        guard field.count > 0 else { return UnsafeRawBufferPointer(start: nil, count: 0) }
        let start = Int(field.start)
        return UnsafeRawBufferPointer(rebasing: self[start..<start + Int(field.count)])
    }
}
