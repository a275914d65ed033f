package import MemberlistWire

/// Clusters that begin whole.
extension GossipProtocol {
    /// Takes members that are not known for alive, as if everybody had heard of them long ago: nobody is told, and
    /// nothing is gossiped. For simulations of clusters too large to wait until all have joined.
    package mutating func adopt(_ members: [PushNodeState], at now: Instant) {
        for state in members where table.find(state.name) == nil {
            guard let address = IPAddress(bytes: state.address.bytes) else { continue }
            let alive = Alive(
                incarnation: state.incarnation,
                node: state.name,
                address: state.address,
                port: state.port,
                meta: state.meta,
                versions: state.versions
            )
            let endpoint = Endpoint(address: address, port: statedPort(state.port))
            let id = table.add(identity(of: alive, at: endpoint), stateChange: now)
            table[id].state = .alive
            table[id].incarnation = state.incarnation
            table.move(id, to: .alive)
            table.enterProbeOrder(id)
        }
    }

    /// Drops what waits to be gossiped: everybody has heard it.
    package mutating func forgetBroadcasts() {
        broadcasts.prune(retain: 0)
    }

    /// This node as others are told of it.
    package var ownState: PushNodeState { table[selfID].pushState }
}
