internal import Memberlist
internal import MemberlistCore
internal import MemberlistWire

/// Tables and queues hold no more than there is to hold.
public final class BoundsJudge: SimulationJudge {
    /// The rule's name.
    public let name = "tables and queues within bounds"

    /// A judge for one simulation.
    public init() {}

    /// Counts what a node holds.
    public func inspect(_ node: Int, in state: SimulationState) -> String? {
        let name = state.name(of: node)
        let members = state.memberCount(seenBy: node)
        let names = state.nodeCount + state.forgedNames(at: node)
        if members > names {
            return "\(name) holds \(members) members; \(names) ever were"
        }
        let queued = state.queuedBroadcasts(of: node)
        // One broadcast a name: what is newer replaces what waits.
        if queued.membership.count > names {
            return "\(name) queues \(queued.membership.count) broadcasts about \(names) members"
        }
        let bounds = state.configuration(of: node).broadcasts
        let own = state.datagramSize(of: node)
        // What a node says of itself is never dropped, and may stand above the bound.
        if queued.membership.count > bounds.membershipCount + 1
            || queued.membership.bytes > bounds.membershipBytes + own
        {
            return "\(name) queues \(queued.membership.bytes) bytes of news, over its bound"
        }
        if queued.user.count > bounds.maximumCount || queued.user.bytes > bounds.maximumBytes {
            return "\(name) queues \(queued.user.count) of the application's broadcasts, over its bound"
        }
        return nil
    }
}

/// When the faults have ended and the cluster had its time, all that run agree on all that run.
public final class LivenessJudge: SimulationJudge {
    /// The rule's name.
    public let name = "all agree in the end"

    /// A judge for one simulation.
    public init() {}

    /// Asks every node about every other.
    public func conclude(_ state: SimulationState) -> String? { state.firstDisagreement }
}

/// Every node that crashed, and stayed so, was declared failed or forgotten by all.
public final class CompletenessJudge: SimulationJudge {
    /// The rule's name.
    public let name = "every crash is declared by all"

    /// A judge for one simulation.
    public init() {}

    /// Asks every node about those that do not run.
    public func conclude(_ state: SimulationState) -> String? {
        Self.undeclared(in: state).map { observer, subject, belief in
            "\(state.name(of: observer)) still takes \(state.name(of: subject)) for \(belief)"
        }
    }

    /// Somebody who does not run, and who still takes it for one that does; nil where there is none.
    static func undeclared(in state: SimulationState) -> (observer: Int, subject: Int, belief: String)? {
        let gone = (0..<state.nodeCount).filter { !state.isRunning($0) }
        guard !gone.isEmpty else { return nil }
        for observer in 0..<state.nodeCount where state.isWell(observer) {
            for subject in gone {
                let belief = state.belief(of: observer, about: state.name(of: subject))
                if belief == .alive || belief == .suspect {
                    return (observer, subject, belief?.rawValue ?? "")
                }
            }
        }
        return nil
    }
}

/// A node that runs well is never declared failed. Where networks lose nothing this is exact; where they lose
/// something it is counted, and ``falsePositives`` says how often.
public final class AccuracyJudge: SimulationJudge {
    /// The rule's name.
    public let name = "the healthy are not declared failed"
    /// Healthy nodes that were declared failed by somebody.
    public private(set) var falsePositives = 0
    private let isExact: Bool
    private let settled: Duration

    /// - Parameters:
    ///   - isExact: Whether one false positive breaks the rule.
    ///   - settled: How long a node must have run well to count as healthy: old suspicions end in that time.
    public init(isExact: Bool, settled: Duration = .seconds(120)) {
        self.isExact = isExact
        self.settled = settled
    }

    /// Looks at every declaration.
    public func observe(_ observation: borrowing Observation, in state: SimulationState) -> String? {
        guard case .member(let member, .failed) = observation.kind,
            let subject = state.node(named: member.name), state.isWell(subject),
            // Of one that came back elsewhere, what it was before may well be declared failed.
            state.endpoint(of: subject) == member.endpoint,
            observation.time - state.wellSince(subject) >= settled
                || state.wellSince(subject) == .zero
        else { return nil }
        falsePositives += 1
        guard isExact else { return nil }
        return "\(state.name(of: observation.node)) declared \(member.name) failed, which is well"
    }
}

/// Applications hear nothing that no application said.
public final class AuthenticityJudge: SimulationJudge {
    /// The rule's name.
    public let name = "nothing is heard that nobody said"

    /// A judge for one simulation.
    public init() {}

    /// Looks at every message that was delivered.
    public func observe(_ observation: borrowing Observation, in state: SimulationState) -> String? {
        guard case .message(let payload, _) = observation.kind, state.refusesPlaintext(observation.node),
            !state.wasSaid(payload)
        else { return nil }
        return "\(state.name(of: observation.node)) delivered \(payload.count) bytes that nobody said"
    }
}

/// Under encryption nobody gets an answer who has not shown a key.
public final class StrangerJudge: SimulationJudge {
    /// The rule's name.
    public let name = "no answer to strangers"

    /// A judge for one simulation.
    public init() {}

    /// Looks at answers that reached somebody who is no node.
    public func observe(_ observation: borrowing Observation, in state: SimulationState) -> String? {
        guard case .strangerAnswered(let bytes) = observation.kind,
            state.refusesPlaintext(observation.node)
        else { return nil }
        return "\(state.name(of: observation.node)) sent a stranger \(bytes) bytes"
    }
}
