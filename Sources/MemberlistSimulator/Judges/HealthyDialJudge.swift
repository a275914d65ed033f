internal import Memberlist
internal import MemberlistCore
internal import MemberlistWire

/// A node looks for those alone whom it has lost, or for seeds where no member is; and it never hurries.
public final class HealthyDialJudge: SimulationJudge {
    /// The rule's name.
    public let name = "nobody is dialled who is not lost"

    /// Readings of clocks are rounded.
    private static let slack = Duration.milliseconds(2)
    private var lost: Set<BeliefKey> = []
    /// When a process looked for somebody last, on its own clock.
    private var last: [Int: (launch: Int, at: Duration)] = [:]

    /// A judge for one simulation.
    public init() {}

    /// Counts who is lost, and looks at every attempt.
    public func observe(_ observation: borrowing Observation, in state: SimulationState) -> String? {
        let node = observation.node
        switch observation.kind {
        case .member(let member, let change):
            switch change {
            case .failed: lost.insert(BeliefKey(node, member.name, in: state))
            case .joined, .left: lost.remove(BeliefKey(node, member.name, in: state))
            case .updated, .refreshed, .suspected, .recovered, .reaped: break
            }
            return nil
        case .rejoining(let endpoint, let name): return judge(endpoint, name, by: node, in: state)
        default: return nil
        }
    }

    private func judge(_ endpoint: Endpoint, _ name: NodeName?, by node: Int, in state: SimulationState)
        -> String?
    {
        let me = state.name(of: node)
        if endpoint == state.endpoint(of: node) { return "\(me) looks for itself" }
        let living = state.members(seenBy: node).first { member in
            member.endpoint == endpoint && (member.state == .alive || member.state == .suspect)
        }
        if let living { return "\(me) looks for \(living.name), which it takes for \(living.state)" }
        if let name, !lost.contains(BeliefKey(node, name, in: state)) {
            return "\(me) looks for \(name), which it has not lost"
        }
        let (launch, clock) = (state.launches(of: node), state.clock(of: node))
        defer { last[node] = (launch, clock) }
        let shortest = state.configuration(of: node).healing.interval / 2
        guard let last = last[node], last.launch == launch, clock - last.at < shortest - Self.slack else {
            return nil
        }
        return
            "\(me) looks for somebody \(clock - last.at) after it did so before; \(shortest) is the shortest pause"
    }
}
