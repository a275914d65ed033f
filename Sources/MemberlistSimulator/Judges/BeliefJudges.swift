internal import MemberlistCore
internal import MemberlistWire

/// Incarnations never go back: what a node knows of a member is only replaced by later news. A member that left
/// or failed and came back at another address is another process, which begins anew. What a node says anew of itself
/// it says at a higher one, or nobody would hear it.
public final class IncarnationJudge: SimulationJudge {
    /// The rule's name.
    public let name = "incarnations never go back"
    private var memory = BeliefMemory()

    /// A judge for one simulation.
    public init() {}

    /// Compares what is believed of a member with what was believed before.
    public func observe(_ observation: borrowing Observation, in state: SimulationState) -> String? {
        guard case .member(let member, let change) = observation.kind else { return nil }
        let last = memory.replace(member, change, observer: observation.node, in: state)
        let observer = state.name(of: observation.node)
        // A process begins at 1, and leaves at what it has.
        let own = last?.incarnation ?? 1
        if member.name == observer, change != .left, member.incarnation <= own {
            return "\(observer) speaks anew of itself at incarnation \(member.incarnation), and was at \(own)"
        }
        guard let last else { return nil }
        let isAnother = member.endpoint != last.endpoint && (last.state == .left || last.state == .dead)
        guard member.incarnation < last.incarnation, !isAnother else { return nil }
        return
            "\(observer) knew \(member.name) at incarnation \(last.incarnation) and now at \(member.incarnation)"
    }
}

/// No member is raised by old news: who was suspect, dead or gone is alive again only by an incarnation above the
/// one that it was declared so at, whatever was heard of it since, or as another process at another address.
public final class ResurrectionJudge: SimulationJudge {
    /// The rule's name.
    public let name = "no resurrection by old news"
    private var memory = BeliefMemory()
    /// The highest incarnation of which a node heard, while it held the member for dead, that it died of it.
    private var deaths: [BeliefKey: UInt32] = [:]
    /// What is being heard.
    private var heard: [(key: BeliefKey, incarnation: UInt32)] = []

    /// A judge for one simulation.
    public init() {}

    /// Looks at every member that is alive again.
    public func observe(_ observation: borrowing Observation, in state: SimulationState) -> String? {
        if case .heard(let claim) = observation.kind {
            guard claim.state == .dead || claim.state == .left, !claim.isFromExchange else { return nil }
            let key = BeliefKey(observation.node, claim.subject.owned(), in: state)
            // One that nobody can have reached is not believed, and so not remembered.
            if claim.incarnation < 1 << 20 { heard.append((key, claim.incarnation)) }
            return nil
        }
        guard case .member(let member, _) = observation.kind else { return nil }
        let key = BeliefKey(observation.node, member.name, in: state)
        let isAnother = memory.last(key).map { $0.endpoint != member.endpoint } ?? true
        let fault = judge(observation, in: state)
        defer { deaths[key] = nil }
        if let fault { return fault }
        guard member.state == .alive, !isAnother, let heard = deaths[key], member.incarnation <= heard else {
            return nil
        }
        return "\(state.name(of: observation.node)) took \(member.name) for alive at incarnation "
            + "\(member.incarnation), after it heard of its death at \(heard)"
    }

    /// What was heard counts once all that was heard with it is done: alives of one batch go first.
    public func inspect(_ node: Int, in state: SimulationState) -> String? {
        for (key, incarnation) in heard where key.observer == node {
            guard let last = memory.last(key), last.state == .dead || last.state == .left,
                incarnation > last.incarnation
            else { continue }
            deaths[key] = max(deaths[key] ?? 0, incarnation)
        }
        heard.removeAll { $0.key.observer == node }
        return nil
    }

    private func judge(_ observation: borrowing Observation, in state: SimulationState) -> String? {
        guard case .member(let member, let change) = observation.kind,
            let last = memory.replace(member, change, observer: observation.node, in: state)
        else { return nil }
        guard member.state == .alive, last.state != .alive, member.incarnation <= last.incarnation else {
            return nil
        }
        let isAnother = member.endpoint != last.endpoint && last.state != .suspect
        guard !isAnother else { return nil }
        return "\(state.name(of: observation.node)) took \(member.name) for alive at incarnation "
            + "\(member.incarnation), after \(last.state) at \(last.incarnation)"
    }
}

/// Events about one member come in the order in which they can happen, tell of the state that they lead to, and none
/// is left out.
public final class EventOrderJudge: SimulationJudge {
    /// The rule's name.
    public let name = "events alternate"
    private var memory = BeliefMemory()
    /// Of whom a node heard something that changed its mind.
    private var changed: [BeliefKey] = []

    /// A judge for one simulation.
    public init() {}

    /// Looks whether this event may follow the last one.
    public func observe(_ observation: borrowing Observation, in state: SimulationState) -> String? {
        if case .heard(let claim) = observation.kind, let after = claim.after,
            after.incarnation != claim.before?.incarnation || after.state != claim.before?.state
        {
            changed.append(BeliefKey(observation.node, claim.subject.owned(), in: state))
        }
        guard case .member(let member, let change) = observation.kind else { return nil }
        let isSelf = member.name == state.name(of: observation.node)
        let last = memory.replace(member, change, observer: observation.node, in: state)
        // A node knows itself from the start.
        let before = last?.state ?? (isSelf ? .alive : nil)
        guard Self.may(change, follow: before, leadingTo: member.state) else {
            return
                "\(state.name(of: observation.node)) told of \(member.name) \(change) (\(member.state)) after "
                + (before?.rawValue ?? "nothing")
        }
        return nil
    }

    /// Compares what was told with what is believed, of those who were heard of.
    public func inspect(_ node: Int, in state: SimulationState) -> String? {
        guard !changed.isEmpty else { return nil }
        defer { changed.removeAll(keepingCapacity: true) }
        for key in changed where key.observer == node {
            guard let belief = state.standing(of: node, about: key.subject) else { continue }
            let told = memory.last(key)
            let isGone = belief.state == .dead || belief.state == .left
            // A name of which nobody has said yet that it lives.
            if isGone, belief.incarnation == 0 { continue }
            // Of the dead a later death is remembered, and nobody is told.
            guard let told, told.state == belief.state, told.endpoint == belief.endpoint,
                isGone || told.incarnation == belief.incarnation
            else {
                return "\(state.name(of: node)) takes \(key.subject) for \(belief.state) at incarnation "
                    + "\(belief.incarnation) and told of "
                    + (told.map { "\($0.state) at \($0.incarnation)" } ?? "nothing")
            }
        }
        return nil
    }

    private static func may(
        _ change: BeliefChange,
        follow before: MemberState?,
        leadingTo after: MemberState
    ) -> Bool {
        switch change {
        case .joined: (before == nil || before == .dead || before == .left) && after == .alive
        case .updated: (before == .alive || before == .suspect) && after == .alive
        case .refreshed: (before == .alive || before == .suspect) && after == before
        case .suspected: before == .alive && after == .suspect
        case .recovered: before == .suspect && after == .alive
        case .failed: (before == .alive || before == .suspect) && after == .dead
        case .left: (before == .alive || before == .suspect) && after == .left
        case .reaped: (before == .dead || before == .left) && after == before
        }
    }
}
