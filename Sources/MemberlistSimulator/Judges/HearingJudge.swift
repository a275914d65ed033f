internal import Memberlist
internal import MemberlistCore
internal import MemberlistWire

/// What a node hears of a member changes its belief as SWIM's order of incarnations says, and not otherwise: a
/// table of what follows from what, kept apart from the protocol's own code. Who is accused refutes.
public final class HearingJudge: SimulationJudge {
    /// The rule's name.
    public let name = "what is heard has its effect"

    /// What a node should believe after it heard a claim.
    private struct Outcome: Equatable, CustomStringConvertible {
        var state: MemberState
        var incarnation: UInt32
        var endpoint: Endpoint?

        var description: String {
            "\(state) at incarnation \(incarnation)" + (endpoint.map { ", \($0)" } ?? "")
        }
    }

    private enum Expectation {
        case unknown
        case outcome(Outcome)
        /// The judge does not know: the claim is one that no sound node makes.
        case anything
    }

    /// A judge for one simulation.
    public init() {}

    /// Holds what the node believes now against what follows from what it believed before.
    public func observe(_ observation: borrowing Observation, in state: SimulationState) -> String? {
        guard case .heard(let claim) = observation.kind else { return nil }
        let found = claim.after.map(Self.outcome)
        let expected: Outcome?
        switch expectation(of: claim, at: observation.node, in: state) {
        case .anything: return nil
        case .unknown: expected = nil
        case .outcome(let outcome): expected = outcome
        }
        guard found != expected else { return Self.faultOfMeta(claim, observation.node, in: state) }
        return "\(Self.words(claim, observation.node, in: state)) became \(Self.words(found)), "
            + "and should be \(Self.words(expected))"
    }

    private static func words(_ outcome: Outcome?) -> String { outcome.map { "\($0)" } ?? "unknown" }

    private static func words(_ claim: Claim, _ node: Int, in state: SimulationState) -> String {
        "\(state.name(of: node)) heard \(claim.isFromExchange ? "in an exchange " : "")that \(claim.subject) is "
            + "\(claim.state) at incarnation \(claim.incarnation): what was "
            + words(claim.before.map(outcome))
    }

    private static func outcome(_ belief: Belief) -> Outcome {
        Outcome(state: belief.state, incarnation: belief.incarnation, endpoint: belief.endpoint)
    }

    /// An alive that was believed brings its metadata.
    private static func faultOfMeta(_ claim: Claim, _ node: Int, in state: SimulationState) -> String? {
        guard claim.state == .alive, let after = claim.after, after.state == .alive,
            after.incarnation == claim.incarnation, claim.before?.incarnation != claim.incarnation,
            claim.subject != state.name(of: node), after.meta != claim.meta
        else { return nil }
        return "\(words(claim, node, in: state)) has not the metadata that was said"
    }

    private func expectation(of claim: Claim, at node: Int, in state: SimulationState) -> Expectation {
        let isSelf = claim.subject == state.name(of: node)
        guard let before = claim.before else {
            guard claim.state == .alive else { return .unknown }
            // An alive at incarnation 0 says no more than that there is a name.
            guard isOrdinary(claim), claim.incarnation > 0, claim.incarnation < 1 << 31 else {
                return .anything
            }
            return .outcome(Outcome(state: .alive, incarnation: claim.incarnation, endpoint: claim.endpoint))
        }
        let unchanged = Self.outcome(before)
        // Nobody can have reached that, or only a node that has been told so again and again.
        if claim.incarnation > before.incarnation, claim.incarnation - before.incarnation > 1 << 20 {
            return .outcome(unchanged)
        }
        guard isOrdinary(claim) else { return .anything }
        var outcome = unchanged
        if isSelf {
            if isAccusation(claim, of: before) {
                outcome.incarnation = max(before.incarnation, claim.incarnation) + 1
            } else if before.state == .left, isDeath(claim) || isFormerLife(claim, of: before) {
                // Should it come back, it speaks above what others know of it; and above a former life of its own it says
                // farewell again.
                outcome.incarnation = max(before.incarnation, claim.incarnation)
            }
            return .outcome(outcome)
        }
        switch claim.state {
        case .alive: return .outcome(hearAlive(claim, before, at: node, in: state))
        // What another node takes for dead is suspected here, so that whoever lives can refute it.
        case .dead where claim.isFromExchange, .suspect:
            if claim.incarnation >= before.incarnation, before.state == .alive {
                outcome.state = .suspect
                outcome.incarnation = claim.incarnation
            }
        case .dead, .left:
            guard claim.incarnation >= before.incarnation else { break }
            outcome.incarnation = claim.incarnation
            if before.state == .alive || before.state == .suspect { outcome.state = claim.state }
        }
        return .outcome(outcome)
    }

    /// Whether it is heard as a death; one that an exchange tells of is only suspected.
    private func isDeath(_ claim: Claim) -> Bool {
        claim.state == .left || (claim.state == .dead && !claim.isFromExchange)
    }

    /// Whether it tells a node that left of the time before.
    private func isFormerLife(_ claim: Claim, of own: Belief) -> Bool {
        claim.state == .alive && claim.endpoint == own.endpoint
    }

    /// Whether a node that hears this of itself must contradict.
    private func isAccusation(_ claim: Claim, of own: Belief) -> Bool {
        guard own.state == .alive, claim.incarnation >= own.incarnation else { return false }
        guard claim.state == .alive else { return true }
        // Somebody of its name elsewhere is a conflict.
        guard claim.endpoint == own.endpoint else { return false }
        return claim.incarnation > own.incarnation || claim.meta != own.meta
            || ProtocolVersions(claim.versions) != own.versions
    }

    private func hearAlive(_ claim: Claim, _ before: Belief, at node: Int, in state: SimulationState)
        -> Outcome
    {
        var outcome = Self.outcome(before)
        if claim.endpoint == before.endpoint {
            guard claim.incarnation > before.incarnation else { return outcome }
        } else {
            switch before.state {
            case .alive, .suspect: return outcome
            case .dead:
                guard let reclaim = state.configuration(of: node).deadNodeReclaim, before.age > reclaim
                else { return outcome }
            // It waits until the address that it had was asked.
            case .left: return outcome
            }
        }
        outcome.state = .alive
        outcome.incarnation = claim.incarnation
        outcome.endpoint = claim.endpoint
        return outcome
    }

    /// Whether a sound node may have made the claim: of those that none makes the wire's limits decide.
    private func isOrdinary(_ claim: Claim) -> Bool {
        guard claim.accuser.bytes.count <= 64, !claim.subject.isEmpty else { return false }
        guard claim.state == .alive else { return true }
        guard let versions = ProtocolVersions(claim.versions) else { return false }
        return claim.endpoint != nil && claim.meta.count <= 256 && versions.minimum > 0
            && versions.minimum <= versions.maximum && claim.versions.count <= 16
    }
}
