import Memberlist

/// What was printed of the members so far, so that each is told once: also those that came before anybody
/// listened, and those whose events were lost.
struct MembershipView {
    private let own: NodeName
    private var present: [NodeName: Member] = [:]

    init(own: NodeName) {
        self.own = own
    }

    mutating func joined(_ member: Member) -> [AgentEvent] {
        guard member.name != own else { return [] }
        return present.updateValue(member, forKey: member.name) == nil ? [.join(member)] : []
    }

    mutating func updated(_ member: Member) -> [AgentEvent] {
        guard member.name != own else { return [.update(member)] }
        guard let known = present.updateValue(member, forKey: member.name) else { return [.join(member)] }
        return known.meta == member.meta && known.endpoint == member.endpoint ? [] : [.update(member)]
    }

    mutating func gone(_ member: Member, _ reason: LeaveReason, _ evidence: FailureEvidence? = nil)
        -> [AgentEvent]
    {
        present.removeValue(forKey: member.name) == nil ? [] : [.leave(member, reason, evidence)]
    }

    /// What must be told so that all that was told agrees with these members.
    mutating func reconcile(_ members: [Member]) -> [AgentEvent] {
        var told: [AgentEvent] = []
        for member in members {
            switch member.state {
            case .alive, .suspect:
                guard member.name != own else { continue }
                told += present[member.name] == nil ? joined(member) : updated(member)
            case .dead: told += gone(member, .failed)
            case .left: told += gone(member, .left)
            }
        }
        let names = Set(members.map(\.name))
        for member in present.values.sorted(by: { $0.name < $1.name }) where !names.contains(member.name) {
            told += gone(member, .failed)
        }
        return told
    }
}
