package import MemberlistWire

/// What whoever looks for members asks before it dials: in a cluster that is well, there is no need to.
extension GossipProtocol {
    /// Whether no other member lives.
    package var isAlone: Bool { table.groupCount(.alive) == 0 && table.groupCount(.suspect) == 0 }

    /// Whether a member that lives says that it is there, or this node does.
    package func isPresent(at endpoint: Endpoint) -> Bool { table.isPresent(at: endpoint) }
}

extension MemberTable {
    /// Where several members claim an endpoint, one of them lives as a rule: the others are those that had it before.
    func isPresent(at endpoint: Endpoint) -> Bool {
        guard let state = stateOfOnlyMember(at: endpoint) else { return knows(endpoint) }
        return state == .alive || state == .suspect
    }
}
