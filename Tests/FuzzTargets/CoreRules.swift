import FixtureSupport
import MemberlistCore
import MemberlistWire

/// What holds of every core after every step, whoever says whatever to it.
struct CoreRules {
    /// An address that no member has, at which nobody sends and which no call names.
    static let stranger = Endpoint(address: IPAddress(ipv4: 0x0a09_0909), port: 99)

    private let configuration: ProtocolConfiguration
    /// What the application was told of each member.
    private var told: [NodeName: Member] = [:]
    private var last: [NodeName: Member] = [:]

    private(set) var exchanges: [ExchangeID] = []
    private(set) var aliveQuestions: [DecisionID] = []
    private(set) var mergeQuestions: [DecisionID] = []
    /// Of pings that were sent: all, and of late.
    private var sent: Set<UInt32> = []
    private(set) var sequences: [UInt32] = []
    private var waiting: Set<RequestID> = []
    private var offered: StreamID?
    private var heard: Input?
    /// Where answers may go beside to members: relays and pings of the application's outlast who asked.
    private var askedFor: Set<Endpoint> = []
    private var membersBefore: Set<Endpoint> = []
    /// Looked up once a step, where it is needed.
    private var membersAfter: Set<Endpoint>?

    init(_ configuration: ProtocolConfiguration, _ core: GossipProtocol) {
        self.configuration = configuration
        told[configuration.name] = core.localMember
        last[configuration.name] = core.localMember
    }

    // MARK: Before

    mutating func willHandle(_ input: Input?, _ core: GossipProtocol) {
        heard = input
        membersBefore = Set(last.values.map(\.endpoint))
        membersAfter = nil
        switch input {
        case .joinRequested(let id, let endpoint, _):
            exchanges.append(id)
            askedFor.insert(endpoint)
        case .stateReceived(let id, _), .exchangeFailed(let id):
            // Finished once the merge is; not answered twice.
            exchanges.removeAll { $0 == id }
        case .stateOffered(let stream, _, _): offered = stream
        case .aliveDecided(let id, _): aliveQuestions.removeAll { $0 == id }
        case .mergeDecided(let id, _): mergeQuestions.removeAll { $0 == id }
        case .broadcastRequested(let id, _, _, _): waiting.insert(id)
        case .pingRequested(let id, _, let endpoint):
            waiting.insert(id)
            askedFor.insert(endpoint)
        case .messageReceived(.indirectPing(let ping), let sender):
            askedFor.insert(sender)
            guard let address = IPAddress(bytes: ping.sourceAddress.bytes) else { return }
            let source = Endpoint(address: address, port: ping.sourcePort)
            if membersBefore.contains(source) || address == sender.address { askedFor.insert(source) }
        default: break
        }
    }

    // MARK: Each directive

    mutating func observe(_ directive: Directive, _ core: GossipProtocol) throws {
        switch directive {
        case .sendDatagram(let datagram): try check(datagram, core)
        case .memberChanged(let member, let change, let grounds): try tell(member, change, grounds.evidence)
        case .exchangeState(let id, _, _, let state):
            if !exchanges.contains(id) { exchanges.append(id) }
            try require(
                state.heard.nodes.contains { $0.name == configuration.name },
                "its state leaves itself out"
            )
        case .exchangeFinished(let id, _): exchanges.removeAll { $0 == id }
        case .answerState(let stream, _), .refuseState(let stream):
            try require(offered == stream, "a stream is answered that nobody offered, or twice")
            offered = nil
        case .decideAlive(let id, let member):
            try require(configuration.asksAlive && !aliveQuestions.contains(id), "a needless question")
            try require(!member.name.isEmpty, "a question about nobody")
            aliveQuestions.append(id)
        case .decideMerge(let id, _):
            try require(configuration.asksMerge && !mergeQuestions.contains(id), "a needless question")
            mergeQuestions.append(id)
        case .pingFinished(let id, _), .broadcastFinished(let id, _):
            try require(waiting.remove(id) != nil, "a call ends twice, or was never made")
        case .pingOverStream(let sequence, _, _, _):
            try require(sent.contains(sequence), "a stream's ping for no ping")
        case .deliver(let payload, _):
            guard case .messageReceived(.user(payload), _) = heard else {
                throw FuzzFailure(description: "a message is delivered that did not come")
            }
        case .deliverState(let state, _): try require(!state.isEmpty, "an empty state is delivered")
        case .healthChanged(let score):
            try require(0..<configuration.healthMultiplier ~= score, "a health score of \(score)")
        case .conflict, .probeAnswered, .probeFinished, .newsReturned, .leaveFinished, .seedsWanted, .noticed:
            break
        }
    }

    private mutating func tell(_ member: Member, _ change: MemberChange, _ evidence: FailureEvidence?) throws
    {
        try require(
            (evidence != nil) == [.suspected, .failed].contains(change),
            "\(change) on what grounds?"
        )
        let before = told[member.name]
        let wasThere = before.map { $0.state == .alive || $0.state == .suspect } ?? false
        switch change {
        case .joined: try require(!wasThere && member.state == .alive, "\(member.name) joins twice")
        case .updated, .refreshed: try require(before != nil, "\(member.name) is refreshed and unknown")
        case .suspected:
            try require(before?.state == .alive && member.state == .suspect, "suspected: \(member)")
        case .recovered:
            try require(before?.state == .suspect && member.state == .alive, "recovered: \(member)")
        case .failed: try require(wasThere && member.state == .dead, "failed: \(member)")
        case .left: try require(wasThere && member.state == .left, "left: \(member)")
        case .reaped: try require(!wasThere, "\(member.name) is forgotten while it lives")
        }
        told[member.name] = change == .reaped ? nil : member
    }

    private mutating func check(_ datagram: Datagram, _ core: GossipProtocol) throws {
        let limit =
            datagram.receiver.capabilities.contains(.encryption)
            ? configuration.nativePayloadLimit
            : datagram.receiver.takesChecksum
                ? configuration.checksummedPayloadLimit : configuration.payloadLimit
        try require(1...limit ~= datagram.payload.count, "a payload of \(datagram.payload.count) bytes")
        for message in try messages(of: datagram.payload) {
            switch message {
            case .ping(let ping):
                sent.insert(ping.sequence)
                sequences.append(ping.sequence)
                if sequences.count > 16 { sequences.removeFirst() }
                // Any address is pinged for a member that asks: it holds a key.
                if case .messageReceived(.indirectPing, _) = heard { return }
            case .alive(let alive):
                try require(
                    alive.incarnation < Limits.incarnation,
                    "it passes on what nobody can have said"
                )
            default: break
            }
        }
        try require(mayBeSentTo(datagram.destination, core), "it answers \(datagram.destination), a stranger")
    }

    private func messages(of payload: [UInt8]) throws -> [Message] {
        guard Message.type(of: payload[...]) == .compound else { return [try Message.decode(payload[...])] }
        var reader = try CompoundReader(payload.dropFirst())
        var messages: [Message] = []
        while let part = try reader.next() { messages.append(try Message.decode(part)) }
        try require(!reader.isTruncated && messages.count > 1, "a compound that is none")
        return messages
    }

    private mutating func mayBeSentTo(_ endpoint: Endpoint, _ core: GossipProtocol) -> Bool {
        if case .messageReceived(_, endpoint) = heard { return true }
        if askedFor.contains(endpoint) || membersBefore.contains(endpoint) { return true }
        let members = membersAfter ?? Set(core.members.map(\.endpoint))
        membersAfter = members
        return members.contains(endpoint)
    }

    // MARK: After

    mutating func check(_ core: GossipProtocol, after input: Input?) throws {
        try require(offered == nil, "an offered state got no answer")
        let members = core.members
        let own = core.localMember
        try require(members.count <= max(configuration.memberLimit, 1), "the table is over its bound")
        try require(members.count == core.memberCount, "the table miscounts")
        try require(own.state == .alive || own.state == .left, "it declares itself \(own.state)")
        try require(own.endpoint == configuration.endpoint, "somebody else moved it")
        try checkIncarnations(members)
        last = Dictionary(uniqueKeysWithValues: members.map { ($0.name, $0) })
        try require(last.count == members.count, "a name stands in the table twice")
        try checkTold(members)
        try checkQueues(core)
        let suspects = Set(members.filter { $0.state == .suspect }.map(\.name))
        for suspicion in core.suspicions {
            try require(suspects.contains(suspicion.name), "\(suspicion.name) is accused and not suspect")
        }
        try require(core.suspicions.count == suspects.count, "a suspect without a suspicion")
        let alive = members.count { $0.state == .alive }
        try require(core.aliveCount == alive, "\(core.aliveCount) are counted as alive, \(alive) are")
    }

    /// A member's incarnation goes back only where its name has gone over to another address.
    private func checkIncarnations(_ members: [Member]) throws {
        for member in members {
            guard let before = last[member.name], before.endpoint == member.endpoint else { continue }
            try require(
                member.incarnation >= before.incarnation,
                "\(member.name) went from \(before.incarnation) back to \(member.incarnation)"
            )
        }
    }

    /// The application knows the table from what it is told, and from nothing else.
    private func checkTold(_ members: [Member]) throws {
        for member in members {
            try require(!member.name.isEmpty && member.meta.count <= Limits.meta, "malformed: \(member)")
            try require(member.name.bytes.count <= configuration.nameLimit, "a name over the limit")
            guard let known = told[member.name] else {
                // Of whom no more was heard than a name: nobody ever took it for alive.
                try require(member.state == .dead, "\(member.name) is \(member.state), and nobody was told")
                continue
            }
            try require(
                known.state == member.state && known.endpoint == member.endpoint && known.meta == member.meta
                    && known.versions == member.versions,
                "told of \(known), the table has \(member)"
            )
        }
        for name in told.keys { try require(last[name] != nil, "\(name) went without a word") }
    }

    private func checkQueues(_ core: GossipProtocol) throws {
        let queued = core.queuedMembershipBroadcasts
        try require(queued.count == core.queuedBroadcasts.membership, "the queue miscounts")
        let depths = core.broadcastDepths
        try require(
            depths.user.count <= configuration.userQueue.count
                && depths.user.bytes <= configuration.userQueue.bytes,
            "the queue is over its bound"
        )
        // What a node says of itself stays, bound or not.
        let own = core.queuedMessage(about: configuration.name)?.count
        try require(
            depths.membership.count <= configuration.membershipQueue.count + (own == nil ? 0 : 1)
                && depths.membership.bytes <= configuration.membershipQueue.bytes + (own ?? 0),
            "the queue of news is over its bound"
        )
        try require(Set(queued.map(\.name)).count == queued.count, "two broadcasts about one name wait")
        for broadcast in queued {
            try require(
                broadcast.payload.count <= configuration.broadcastLimit,
                "a broadcast fits no datagram"
            )
            let said: NodeName? =
                switch try Message.decode(broadcast.payload[...]) {
                case .alive(let alive): alive.node
                case .suspect(let suspect): suspect.node
                case .dead(let dead): dead.node
                default: nil
                }
            try require(said == broadcast.name, "a broadcast is about another than it says")
        }
    }
}
