package import MemberlistWire

/// What whoever looks for members asks before it dials: in a cluster that is well, there is no need to.
extension GossipProtocol {
    /// Whether no other member lives.
    package var isAlone: Bool { table.groupCount(.alive) + table.groupCount(.suspect) == 0 }

    /// Whether a member that lives says that it is there, or this node does.
    package func isPresent(at endpoint: Endpoint) -> Bool {
        endpoint == configuration.endpoint || table.hasLiving(at: endpoint)
    }

    /// Whether a member of that name lives, or this node has it.
    func isPresent(named name: NodeName) -> Bool {
        table.find(name).map { !table[$0].isDeadOrLeft } ?? false
    }
}
