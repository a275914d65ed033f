internal import Memberlist
internal import MemberlistCore
internal import MemberlistWire

/// What is new to a node it passes on: as often as the formula for retransmissions says, no less and no more, unless
/// later news of the same member take its place (SWIM, section 4.1).
///
/// The judge counts in the datagrams themselves. Exchanges of states make up for news that are not passed on, so
/// that without it a cluster comes to agree all the same, only later.
public final class NewsJudge: SimulationJudge {
    /// The rule's name.
    public let name = "news are passed on"
    /// It looks at frames.
    public let watchesFrames = true

    /// The latest that a node knows of a member, while it is passed on.
    private struct News {
        let state: MemberState
        let incarnation: UInt32
        /// Who suspects; nil for all that is no suspicion.
        let accuser: NodeName?
        var sent = 0
        /// As it waits in the queue, once it was read there.
        var queued: [UInt8]?
    }

    /// What one process has to pass on.
    private struct Desk {
        var launch = 0
        var news: [NodeName: News] = [:]
        /// Names to look at when the present step is over.
        var touched: Set<NodeName> = []
        /// Members of whom the node's own probe failed in this step.
        var accused: Set<NodeName> = []
        /// Who accused, of suspicions that the node is about to tell of.
        var accusers: [NodeName: NodeName] = [:]
        /// The incarnations that it told of last.
        var known: [NodeName: UInt32] = [:]
        /// Whether this step reads datagrams; else a timer fired.
        var isReading = false
        var members = 1
        /// Who lives, as the node was told by the first whom it joined while it knew nobody, and by nobody else. Where a
        /// delegate decides, others may be heard meanwhile: then the judge lets pass what is not told.
        var lesson: [NodeName: UInt32] = [:]
    }

    private var desks: [Desk] = []

    /// A judge for one simulation.
    public init() {}

    /// Collects news, and counts how often they are sent.
    public func observe(_ observation: borrowing Observation, in state: SimulationState) -> String? {
        let node = observation.node
        guard node >= 0 else { return nil }
        while desks.count <= node { desks.append(Desk()) }
        switch observation.kind {
        case .process(.launched):
            desks[node] = Desk(launch: state.launches(of: node))
            add(
                News(state: .alive, incarnation: 1, accuser: nil),
                of: state.name(of: node),
                at: node,
                in: state
            )
        case .member(let member, let change): learn(member, change, at: node, in: state)
        case .heard(let claim): hear(claim, at: node, in: state)
        case .accused(let subject):
            desks[node].accused.insert(subject)
            desks[node].touched.insert(subject)
        case .accepted(let frame) where !frame.isStream: desks[node].isReading = true
        case .answered(let living, let isOnly):
            if isOnly, desks[node].members == 1 { desks[node].lesson = living }
        case .sent(let frame) where !frame.isStream && !desks[node].news.isEmpty:
            count(frame, at: node, in: state)
        default: break
        }
        return nil
    }

    /// Compares what was sent with what waits.
    public func inspect(_ node: Int, in state: SimulationState) -> String? {
        guard desks.indices.contains(node) else { return nil }
        let members = state.memberCount(seenBy: node)
        defer {
            desks[node].members = members
            desks[node].isReading = false
            // What a delegate decides on is heard in later steps.
            if !state.asksDelegate(node) { desks[node].lesson = [:] }
        }
        guard !desks[node].touched.isEmpty else { return nil }
        // Members may have come or gone within the step.
        let multiplier = state.configuration(of: node).gossip.retransmitMultiplier
        let counts = [members, desks[node].members].map {
            Reckoning.transmissions(multiplier: multiplier, members: $0)
        }
        var fault: String?
        for name in desks[node].touched.sorted() {
            let found = check(name, at: node, limits: (counts.min() ?? 0)...(counts.max() ?? 0), in: state)
            fault = fault ?? found
        }
        desks[node].touched.removeAll(keepingCapacity: true)
        desks[node].accused.removeAll(keepingCapacity: true)
        desks[node].accusers.removeAll(keepingCapacity: true)
        return fault
    }

    // MARK: News

    private func add(_ news: News, of subject: NodeName, at node: Int, in state: SimulationState) {
        // What a delegate decides on is not seen here, nor whether an exchange of states confirmed a suspicion.
        let isSeen = news.state != .suspect || !state.asksDelegate(node)
        desks[node].news[subject] = isSeen ? news : nil
        desks[node].touched.insert(subject)
    }

    private func learn(_ member: Member, _ change: BeliefChange, at node: Int, in state: SimulationState) {
        let before = desks[node].known.updateValue(member.incarnation, forKey: member.name)
        let accuser = desks[node].accusers[member.name] ?? state.name(of: node)
        if change == .joined, desks[node].lesson[member.name] == member.incarnation {
            // No news to anybody whom it could tell.
            desks[node].news[member.name] = nil
            return
        }
        switch change {
        case .suspected:
            add(
                News(state: .suspect, incarnation: member.incarnation, accuser: accuser),
                of: member.name,
                at: node,
                in: state
            )
        case .failed, .left, .joined, .updated, .recovered:
            add(
                News(state: member.state, incarnation: member.incarnation, accuser: nil),
                of: member.name,
                at: node,
                in: state
            )
        case .refreshed:
            // Only capabilities that became known: they are in what was passed on before.
            guard member.state == .alive, before != member.incarnation else { return }
            add(
                News(state: .alive, incarnation: member.incarnation, accuser: nil),
                of: member.name,
                at: node,
                in: state
            )
        case .reaped: desks[node].known[member.name] = nil
        }
    }

    private func hear(_ claim: Claim, at node: Int, in state: SimulationState) {
        guard let before = claim.before, let after = claim.after, after.state == .suspect else { return }
        let subject = claim.subject.owned()
        if before.state == .alive { desks[node].accusers[subject] = claim.accuser.owned() }
        guard before.state == .suspect, after.confirmations > before.confirmations else { return }
        let accuser = claim.accuser.owned()
        add(
            News(state: .suspect, incarnation: claim.incarnation, accuser: accuser),
            of: subject,
            at: node,
            in: state
        )
    }

    // MARK: Counting

    /// What a message says of a member; nil for one that says nothing of any.
    private static func news(in part: ArraySlice<UInt8>) -> (subject: NodeName, news: News)? {
        switch part.first {
        case MessageType.alive.rawValue, MessageType.suspect.rawValue, MessageType.dead.rawValue: break
        default: return nil
        }
        do throws(WireError) {
            switch try Message.decode(part) {
            case .alive(let alive):
                return (alive.node, News(state: .alive, incarnation: alive.incarnation, accuser: nil))
            case .suspect(let suspect):
                let from = suspect.from.owned()
                return (suspect.node, News(state: .suspect, incarnation: suspect.incarnation, accuser: from))
            case .dead(let dead):
                let state: MemberState = dead.node == dead.from ? .left : .dead
                return (dead.node, News(state: state, incarnation: dead.incarnation, accuser: nil))
            default: return nil
            }
        } catch {
            return nil
        }
    }

    private func count(_ frame: Frame, at node: Int, in state: SimulationState) {
        let parts = Self.parts(frame.plaintext)
        // A suspect that is pinged hears of it at once: that is no gossip (Lifeguard, section IV-C).
        let buddy = parts.count == 2 && !desks[node].isReading ? Self.pinged(by: parts[0]) : nil
        // Nor is it gossip where whoever has the address of one that left is asked whether it did.
        if parts.count == 2, let asked = Self.pinged(by: parts[1]), Self.news(in: parts[0])?.subject == asked
        {
            return
        }
        for part in parts {
            guard let (subject, said) = Self.news(in: part) else { continue }
            if said.state == .suspect, subject == buddy { continue }
            adopt(said, of: subject, at: node, in: state)
            guard let news = desks[node].news[subject], Self.isSame(news, said) else { continue }
            desks[node].news[subject]?.sent += 1
            desks[node].touched.insert(subject.owned())
        }
    }

    /// Whom a ping names; nil for any other message. Not whom it reaches: a garbled name may stand beside the right
    /// one, at one address.
    private static func pinged(by part: ArraySlice<UInt8>) -> NodeName? {
        guard part.first == MessageType.ping.rawValue else { return nil }
        do throws(WireError) {
            guard case .ping(let ping) = try Message.decode(part) else { return nil }
            return ping.node
        } catch {
            return nil
        }
    }

    private static func parts(_ plaintext: [UInt8]) -> [ArraySlice<UInt8>] {
        guard plaintext.first == MessageType.compound.rawValue else { return [plaintext[...]] }
        do throws(WireError) {
            var parts: [ArraySlice<UInt8>] = []
            var reader = try CompoundReader(plaintext.dropFirst())
            while let part = try reader.next() { parts.append(part) }
            return parts
        } catch {
            return []
        }
    }

    private static func isSame(_ one: News, _ other: News) -> Bool {
        one.state == other.state && one.incarnation == other.incarnation && one.accuser == other.accuser
    }

    /// A node that suspects by hearsay, and whose own probe then fails, passes on its own word instead. Which
    /// incarnation it had probed nobody sees from outside, so that its word is taken where it is seen.
    private func adopt(_ said: News, of subject: NodeName, at node: Int, in state: SimulationState) {
        guard desks[node].accused.contains(subject), said.accuser == state.name(of: node),
            let news = desks[node].news[subject], news.state == .suspect, news.accuser != said.accuser
        else { return }
        add(said, of: subject.owned(), at: node, in: state)
    }

    private func check(
        _ subject: NodeName,
        at node: Int,
        limits: ClosedRange<Int>,
        in state: SimulationState
    ) -> String? {
        let payload = state.queuedMessage(of: node, about: subject)
        var isQueued = payload != nil && desks[node].news[subject]?.queued == payload
        if !isQueued, let payload, let queued = Self.news(in: payload[...])?.news {
            adopt(queued, of: subject, at: node, in: state)
            isQueued = desks[node].news[subject].map { Self.isSame($0, queued) } ?? false
            if isQueued { desks[node].news[subject]?.queued = payload }
        }
        guard let news = desks[node].news[subject] else { return nil }
        // What waits no more was sent often enough, and is done with.
        if !isQueued { desks[node].news[subject] = nil }
        guard isQueued ? news.sent >= limits.upperBound : news.sent < limits.lowerBound,
            !saysGoodbyeToNobody(news, subject, node, in: state)
        else { return nil }
        return
            "\(state.name(of: node)) sent \(news.sent) times that \(subject) is \(news.state) at incarnation "
            + "\(news.incarnation), and \(isQueued ? "goes on" : "no more"); \(limits) are due"
    }

    /// Who leaves and knows nobody tells nobody.
    private func saysGoodbyeToNobody(
        _ news: News,
        _ subject: NodeName,
        _ node: Int,
        in state: SimulationState
    ) -> Bool {
        guard news.state == .left, news.sent == 0, subject == state.name(of: node) else { return false }
        return state.members(seenBy: node).allSatisfy { $0.state == .dead || $0.state == .left }
    }
}
