package import MemberlistWire

/// Members of a cluster that begins whole, read once for all its nodes.
package struct AdoptedMembers: Sendable {
    fileprivate let members: [(identity: MemberIdentity, incarnation: UInt32)]

    /// - Parameter states: What each says of itself; one whose address is none is left out.
    package init(_ states: [PushNodeState]) {
        members = states.compactMap { state in
            guard let address = IPAddress(bytes: state.address.bytes) else { return nil }
            let endpoint = Endpoint(address: address, port: state.port)
            return (MemberIdentity(state.alive, at: endpoint), state.incarnation)
        }
    }
}

/// Clusters that begin whole.
extension GossipProtocol {
    /// Takes members that are not known for alive, as if everybody had heard of them long ago: nobody is told, and
    /// nothing is gossiped. For simulations of clusters too large to wait until all have joined.
    package mutating func adopt(_ cluster: AdoptedMembers, at now: Instant) {
        table.reserve(cluster.members.count)
        for (identity, incarnation) in cluster.members where table.find(identity.name) == nil {
            let id = table.add(identity, stateChange: now)
            table[id].state = .alive
            table[id].wasAlive = true
            table[id].incarnation = incarnation
            table.move(id, to: .alive)
            table.enterProbeOrder(id)
        }
        broadcasts.prune(retain: 0)
    }

    /// This node as others are told of it.
    package var ownState: PushNodeState {
        var writer = NodeStateWriter(count: 1)
        table[selfID].write(to: &writer)
        return writer.finish()[0]
    }
}
