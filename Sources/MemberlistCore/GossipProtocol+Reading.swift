package import MemberlistWire

/// What the application may read.
extension GossipProtocol {
    package var localMember: Member { table[selfID].member }
    /// Every member that the table holds, dead ones included.
    package var members: [Member] { table.all.map(\.member) }
    package var memberCount: Int { table.count }
    /// How many of them are alive, this node itself among them unless it left.
    package var aliveCount: Int { table.groupCount(.alive) + (table[selfID].state == .alive ? 1 : 0) }

    /// The member of that name, dead ones included.
    package func member(named name: NodeName) -> Member? { table.find(name).map { table[$0].member } }

    /// 0 where this node does well, up to the health multiplier less one.
    package var healthScore: Int { health.value }
    /// Broadcasts that wait: about membership, and the application's.
    package var queuedBroadcasts: (membership: Int, user: Int) { (broadcasts.count, userBroadcasts.count) }

    /// Who is suspect here, and how many have confirmed it.
    package var suspicions: [(name: NodeName, confirmations: Int)] {
        table.suspects.map { suspect in (suspect.name, suspect.suspicion.confirmations) }
    }

    /// Members that failed and are looked for, and whether attempts to find somebody are planned.
    package var lostCount: Int { healing.lost.count }
    package var isHealing: Bool { healing.due != nil }

    /// The membership broadcasts that wait, in no particular order.
    package var queuedMembershipBroadcasts: [BroadcastQueue.Broadcast] { broadcasts.all }
}
