public import Memberlist
public import MemberlistWire

/// The events that a node's application is told, in their order, from the moment at which the recording began.
///
/// ```swift
/// let events = simulation[0].recordEvents()
/// simulation[3].crash()
/// try await simulation.expect(within: .seconds(10)) { _ in events.names(of: .failed) == ["node-3"] }
/// ```
public final class RecordedEvents {
    /// Each event, as `Memberlist.events` would have it.
    public private(set) var all: [MemberlistEvent] = []
    private var changes: [(change: BeliefChange, name: NodeName)] = []

    init() {}

    /// Whom the events of one kind were about, in their order.
    public func names(of change: BeliefChange) -> [NodeName] {
        changes.filter { $0.change == change }.map(\.name)
    }

    /// The messages that were heard, in their order.
    public var messages: [[UInt8]] {
        all.compactMap { event in
            guard case .message(let payload, _) = event else { return nil }
            return payload
        }
    }

    func add(_ observation: Observation) {
        switch observation.kind {
        case .member(let member, let change):
            changes.append((change, member.name))
            if let event = Self.event(member, change, observation.evidence) { all.append(event) }
        case .conflict(let existing, let claimed): all.append(.conflict(existing: existing, claimed: claimed))
        case .message(let payload, let sender): all.append(.message(payload: payload, from: sender))
        case .health(let score): all.append(.healthChanged(score))
        default: break
        }
    }

    private static func event(_ member: Member, _ change: BeliefChange, _ evidence: FailureEvidence?)
        -> MemberlistEvent?
    {
        switch change {
        case .joined: .joined(member)
        case .updated: .updated(member)
        case .suspected: evidence.map { .suspected(member, $0) }
        case .recovered: .recovered(member)
        case .failed: evidence.map { .failed(member, $0) }
        case .left: .left(member)
        case .reaped: .reaped(member)
        case .refreshed: nil
        }
    }
}

extension SimulatedNode {
    /// Records the events of this node from now on, over all processes that will run there.
    public func recordEvents() -> RecordedEvents {
        let events = RecordedEvents()
        let index = index
        simulation.observe { observation in
            if observation.node == index { events.add(observation) }
        }
        return events
    }
}
