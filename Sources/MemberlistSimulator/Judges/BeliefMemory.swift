internal import MemberlistCore
internal import MemberlistWire

/// Who believes it, and of whom: beliefs end with the process that holds them.
struct BeliefKey: Hashable {
    let observer: Int
    let launch: Int
    let subject: NodeName

    /// Of the process that runs at the observer now, or ran there last.
    init(_ observer: Int, _ subject: NodeName, in state: SimulationState) {
        self.observer = observer
        launch = state.launches(of: observer)
        self.subject = subject
    }
}

/// What a node believed last of a member.
struct LastBelief {
    let state: MemberState
    let incarnation: UInt32
    let endpoint: Endpoint
}

/// Keeps what every node believed last of every member, and compares it with what it believes now.
struct BeliefMemory {
    private var beliefs: [BeliefKey: LastBelief] = [:]

    func last(_ key: BeliefKey) -> LastBelief? { beliefs[key] }

    /// Replaces what was believed; returns it, nil where the member was not known.
    mutating func replace(
        _ member: Member,
        _ change: BeliefChange,
        observer: Int,
        in state: SimulationState
    ) -> LastBelief? {
        let key = BeliefKey(observer, member.name, in: state)
        let last = beliefs[key]
        if change == .reaped {
            beliefs[key] = nil
        } else {
            beliefs[key] = LastBelief(
                state: member.state,
                incarnation: member.incarnation,
                endpoint: member.endpoint
            )
        }
        return last
    }
}
