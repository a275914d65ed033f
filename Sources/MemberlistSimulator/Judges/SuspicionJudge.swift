internal import Memberlist
internal import MemberlistCore
internal import MemberlistWire

/// A suspicion lasts as long as its confirmations say (Lifeguard, section IV-B): nobody declares a member failed,
/// unless it was told so, before that time is over, nor long after.
///
/// The judge counts the confirmations itself, by what the node heard, and reckons the time by a formula of its
/// own.
public final class SuspicionJudge: SimulationJudge {
    /// The rule's name.
    public let name = "a suspicion lasts its time"

    /// A suspicion that one node holds of one member.
    private struct Open {
        /// When it began, on the node's clock and on the world's.
        let start: Duration
        let began: Duration
        let shortest: Range
        let longest: Range
        /// How many confirmations are wanted; it may have been one of two numbers where members came or went
        /// in the same moment.
        let wanted: ClosedRange<Int>
        var accusers: Set<NodeName>
        var lastConfirmed: Duration
        /// Its own probe failed too, of what incarnation nobody can see from outside.
        var ownProbe: Duration?
    }

    private typealias Range = ClosedRange<Double>

    private var open: [BeliefKey: Open] = [:]
    /// Who accused, of suspicions that are about to begin.
    private var accusers: [BeliefKey: NodeName] = [:]
    /// Deaths that a node was told of.
    private var told: Set<BeliefKey> = []
    /// How many members a node held after its last step.
    private var members: [Int] = []

    /// A judge for one simulation.
    public init() {}

    /// Follows each suspicion from its begin to its end.
    public func observe(_ observation: borrowing Observation, in state: SimulationState) -> String? {
        let node = observation.node
        switch observation.kind {
        case .heard(let claim): hear(claim, at: node, in: state)
        case .accused(let subject):
            let key = BeliefKey(node, subject, in: state)
            guard let suspicion = open[key], !suspicion.accusers.contains(state.name(of: node)) else { break }
            open[key]?.ownProbe = state.clock(of: node)
        case .member(let member, let change):
            let key = BeliefKey(node, member.name, in: state)
            if change == .suspected {
                // What a delegate decides on is not seen here, nor what that confirms.
                if !state.asksDelegate(node) { begin(key, at: observation.time, in: state) }
            } else if member.state != .suspect {
                let suspicion = open.removeValue(forKey: key)
                let wasTold = told.remove(key) != nil
                guard change == .failed, !wasTold else { return nil }
                return end(of: suspicion, key, in: state)
            }
        default: break
        }
        return nil
    }

    /// Remembers how many members a node holds.
    public func inspect(_ node: Int, in state: SimulationState) -> String? {
        while members.count <= node { members.append(1) }
        members[node] = state.memberCount(seenBy: node)
        return nil
    }

    /// Looks for suspicions that should have ended.
    public func conclude(_ state: SimulationState) -> String? {
        for (key, suspicion) in open.sorted(by: { $0.value.began < $1.value.began })
        where isCurrent(key, in: state) && state.belief(of: key.observer, about: key.subject) == .suspect {
            if let fault = overdue(suspicion, key, in: state) { return fault }
        }
        return nil
    }

    private func isCurrent(_ key: BeliefKey, in state: SimulationState) -> Bool {
        state.isRunning(key.observer) && state.launches(of: key.observer) == key.launch
    }

    private func hear(_ claim: Claim, at node: Int, in state: SimulationState) {
        guard claim.state != .alive, claim.accuser.bytes.count <= 64 else { return }
        if claim.state != .suspect, !claim.isFromExchange {
            if claim.after?.state == .dead, claim.before?.state != .dead {
                told.insert(BeliefKey(node, claim.subject.owned(), in: state))
            }
            return
        }
        guard let before = claim.before, claim.incarnation >= before.incarnation, claim.state != .left,
            claim.incarnation - before.incarnation <= 1 << 20
        else { return }
        let key = BeliefKey(node, claim.subject.owned(), in: state)
        if before.state == .alive { accusers[key] = claim.accuser.owned() }
        guard before.state == .suspect, let suspicion = open[key],
            suspicion.accusers.count <= suspicion.wanted.upperBound,
            !suspicion.accusers.contains(claim.accuser)
        else { return }
        open[key]?.accusers.insert(claim.accuser.owned())
        open[key]?.lastConfirmed = state.clock(of: node)
    }

    private func begin(_ key: BeliefKey, at time: Duration, in state: SimulationState) {
        let node = key.observer
        let now = state.memberCount(seenBy: node)
        let before = members.indices.contains(node) ? members[node] : now
        let counts = min(now, before)...max(now, before)
        let configuration = state.configuration(of: node)
        let accuser = accusers.removeValue(forKey: key) ?? state.name(of: node)
        let interval = configuration.probe.interval / .seconds(1)
        let multiplier = configuration.suspicion.multiplier
        func shortest(_ members: Int) -> Double {
            Reckoning.shortestSuspicion(multiplier: multiplier, members: members) * interval
        }
        func wanted(_ members: Int) -> Int {
            // Neither the node itself nor the suspect can confirm.
            let wanted = multiplier - 2
            return members - 2 < wanted ? 0 : max(wanted, 0)
        }
        let low = shortest(counts.lowerBound)
        let high = shortest(counts.upperBound)
        let most = Double(configuration.suspicion.maximumMultiplier)
        let clock = state.clock(of: node)
        open[key] = Open(
            start: clock,
            began: time,
            shortest: low...high,
            longest: (low * most)...(high * most),
            wanted: wanted(counts.lowerBound)...wanted(counts.upperBound),
            accusers: [accuser],
            lastConfirmed: clock,
            ownProbe: nil
        )
    }

    /// What the whole suspicion may last, in seconds: the ranges of all that it may have been.
    private func lengths(_ suspicion: Open, _ node: NodeName) -> [Range] {
        var lengths: [Range] = []
        let confirmed = suspicion.accusers.count - 1
        let counts = suspicion.ownProbe == nil ? [confirmed] : [confirmed, confirmed + 1]
        for wanted in Set([suspicion.wanted.lowerBound, suspicion.wanted.upperBound]) {
            for count in counts {
                let last = max(suspicion.lastConfirmed, suspicion.ownProbe ?? suspicion.start)
                let share = Reckoning.share(confirmed: count, of: wanted)
                func length(_ shortest: Double, _ longest: Double) -> Double {
                    max(shortest, longest - share * (longest - shortest))
                }
                let low = length(suspicion.shortest.lowerBound, suspicion.longest.lowerBound)
                let high = length(suspicion.shortest.upperBound, suspicion.longest.upperBound)
                // One that comes late ends the suspicion at once.
                let soonest = (last - suspicion.start) / .seconds(1)
                lengths.append(low...max(high, soonest))
            }
        }
        return lengths
    }

    /// What the formulas' own rounding takes: milliseconds, and a thousandth of the scale.
    private static func slack(_ suspicion: Open) -> Double { 0.005 + 0.002 * suspicion.longest.upperBound }

    private func end(of suspicion: Open?, _ key: BeliefKey, in state: SimulationState) -> String? {
        let observer = state.name(of: key.observer)
        guard let suspicion else {
            guard !state.asksDelegate(key.observer) else { return nil }
            return "\(observer) declared \(key.subject) failed, and never suspected it"
        }
        let lasted = (state.clock(of: key.observer) - suspicion.start) / .seconds(1)
        let slack = Self.slack(suspicion)
        let lengths = lengths(suspicion, observer)
        let stoodStill = state.wellSince(key.observer) > suspicion.began
        guard
            !lengths.contains(where: { length in
                lasted >= length.lowerBound - slack && (stoodStill || lasted <= length.upperBound + slack)
            })
        else { return nil }
        return words(suspicion, key, lasted, lengths, in: state)
    }

    private func overdue(_ suspicion: Open, _ key: BeliefKey, in state: SimulationState) -> String? {
        guard state.isWell(key.observer), state.wellSince(key.observer) <= suspicion.began else { return nil }
        let lasted = (state.clock(of: key.observer) - suspicion.start) / .seconds(1)
        let lengths = lengths(suspicion, state.name(of: key.observer))
        guard lengths.allSatisfy({ lasted > $0.upperBound + Self.slack(suspicion) }) else { return nil }
        return words(suspicion, key, lasted, lengths, in: state)
    }

    private func words(
        _ suspicion: Open,
        _ key: BeliefKey,
        _ lasted: Double,
        _ lengths: [Range],
        in state: SimulationState
    ) -> String {
        func text(_ seconds: Double) -> String { "\(Int(seconds * 1_000)) ms" }
        let allowed = lengths.map { "\(text($0.lowerBound)) to \(text($0.upperBound))" }
        return "\(state.name(of: key.observer)) suspected \(key.subject) for \(text(lasted)); with "
            + "\(suspicion.accusers.count - 1) confirmations it is \(allowed.joined(separator: " or "))"
    }
}
