internal import Memberlist
internal import MemberlistWire

/// Who failed or left is remembered for as long as the node is told to, and not much longer.
public final class ForgettingJudge: SimulationJudge {
    /// The rule's name.
    public let name = "the gone are forgotten in time"

    /// Since when, on the node's clock and on the world's.
    private struct Gone {
        let start: Duration
        let began: Duration
    }

    /// Timers are exact; readings of clocks are rounded.
    private static let slack = Duration.milliseconds(2)
    private var gone: [BeliefKey: Gone] = [:]

    /// A judge for one simulation.
    public init() {}

    /// Measures how long each was remembered.
    public func observe(_ observation: borrowing Observation, in state: SimulationState) -> String? {
        guard case .member(let member, let change) = observation.kind else { return nil }
        let node = observation.node
        guard member.name != state.name(of: node) else { return nil }
        let key = BeliefKey(node, member.name, in: state)
        let before = gone.removeValue(forKey: key)
        if change == .failed || change == .left {
            gone[key] = Gone(start: state.clock(of: node), began: observation.time)
        }
        guard change == .reaped, let before else { return nil }
        let lasted = state.clock(of: node) - before.start
        guard lasted < state.configuration(of: node).gossip.toTheDead - Self.slack else {
            return overdue(before, key, in: state)
        }
        return "\(state.name(of: node)) forgot \(member.name) after \(lasted)"
    }

    /// Looks for those that should have been forgotten.
    public func conclude(_ state: SimulationState) -> String? {
        for (key, one) in gone.sorted(by: { $0.value.began < $1.value.began })
        where state.isWell(key.observer) && state.launches(of: key.observer) == key.launch {
            if let fault = overdue(one, key, in: state) { return fault }
        }
        return nil
    }

    private func overdue(_ one: Gone, _ key: BeliefKey, in state: SimulationState) -> String? {
        let limit = state.configuration(of: key.observer).gossip.toTheDead
        let lasted = state.clock(of: key.observer) - one.start
        // Who stood still meanwhile is late with everything.
        guard state.wellSince(key.observer) <= one.began, lasted > limit + Self.slack else { return nil }
        return
            "\(state.name(of: key.observer)) remembers \(key.subject), gone for \(lasted); \(limit) is its time"
    }
}
