package import MemberlistWire

/// A peer's state that is being merged: it goes on where it stopped, once the application has decided.
struct PendingMerge: Sendable {
    /// The exchange that ends with it; nil where the peer asked.
    let exchange: ExchangeID?
    /// Whose state it is, where that is known.
    let peer: Endpoint?
    let state: PushPull
    /// Whether this node knew nobody before: see ``GossipProtocol/isLesson``.
    var isLesson = false
    var next = 0
}

/// Whole states of peers (memberlist's `mergeRemoteState`).
extension GossipProtocol {
    /// Merges states as they are, with no look at versions and with no question to the application about the
    /// whole: what HashiCorp's traces record.
    package mutating func merge(_ nodes: NodeStates, at now: Instant) {
        continueMerge(
            merges.add(PendingMerge(exchange: nil, peer: nil, state: PushPull(nodes: nodes))),
            at: now
        )
        endStep(at: now)
    }

    /// Merges a peer's state, unless versions or the application forbid it.
    mutating func startMerge(_ state: PushPull, exchange: ExchangeID?, peer: Endpoint?, at now: Instant) {
        if let conflict = versionConflict(with: state.nodes) {
            finishMerge(exchange, .incompatible(conflict), at: now)
            notice(.mergeIncompatible(conflict))
            return
        }
        guard merges.hasRoom(for: state) else {
            finishMerge(exchange, .unavailable, at: now)
            notice(.overloaded)
            return
        }
        let isLesson = exchange != nil && table.count == 1 && exchanges.isEmpty && merges.count == 0
        let id = merges.add(PendingMerge(exchange: exchange, peer: peer, state: state, isLesson: isLesson))
        if state.join && configuration.asksMerge {
            emit(.decideMerge(id, members(state.nodes)))
        } else {
            continueMerge(id, at: now)
        }
    }

    mutating func decideMerge(_ id: DecisionID, allowed: Bool, at now: Instant) {
        if allowed {
            continueMerge(id, at: now)
        } else if let merge = merges.remove(id) {
            finishMerge(merge.exchange, .refused, at: now)
            notice(.mergeRefused)
        }
    }

    /// Hears the states one after another, up to one that the application must decide on.
    mutating func continueMerge(_ id: DecisionID, at now: Instant) {
        guard let merge = merges.state(id) else { return }
        isLesson = merge.isLesson
        if isLesson { hasJustJoined = true }
        defer { isLesson = false }
        // Looked up once, not once for each state: a large cluster's has many.
        let nodes = merge.state.nodes
        var next = merge.next
        var near = 0
        while true {
            next = passOldNews(in: nodes, from: next, near: &near)
            guard next < nodes.count else { break }
            next += 1
            guard hear(nodes[next - 1], of: merge.peer, merge: id, at: now) else {
                merges.advance(id, to: next)
                return
            }
        }
        _ = merges.remove(id)
        if !merge.state.userState.isEmpty {
            emit(.deliverState(merge.state.userState, join: merge.state.join))
        }
        finishMerge(merge.exchange, .merged(members: merge.state.nodes.count), at: now)
    }

    private mutating func finishMerge(
        _ exchange: ExchangeID?,
        _ outcome: ExchangeOutcome,
        at now: Instant
    ) {
        if let exchange { finishExchange(exchange, outcome, at: now) }
    }

    /// A peer's "dead" is heard as this node's own suspicion, so that whoever lives can refute it.
    private mutating func hear(
        _ state: PushNodeState,
        of peer: Endpoint?,
        merge: DecisionID,
        at now: Instant
    ) -> Bool {
        switch state.state {
        case 0:
            return receive(state.alive, merge: merge, at: now)
        case 1, 2:
            receive(
                Suspect(incarnation: state.incarnation, node: state.name, from: configuration.name),
                cause: .stateExchange(with: peer),
                at: now
            )
        case 3:
            receive(Dead(incarnation: state.incarnation, node: state.name, from: state.name), at: now)
        default:
            break
        }
        return true
    }

    /// What the application is told of a cluster: of no more members than could ever be known.
    private func members(_ states: NodeStates) -> [Member] {
        var members: [Member] = []
        for state in states {
            if members.count == configuration.memberLimit { break }
            if let member = member(state) { members.append(member) }
        }
        return members
    }

    /// What the application is told of it; nil where it could not be heard.
    private func member(_ state: PushNodeState) -> Member? {
        let alive = state.alive
        guard let endpoint = endpoint(of: alive) else { return nil }
        let believed: MemberState =
            switch state.state {
            case 0: .alive
            case 1: .suspect
            case 2: .dead
            default: .left
            }
        return Member(
            MemberIdentity(alive, at: endpoint),
            state: believed,
            incarnation: state.incarnation
        )
    }
}

extension PushNodeState {
    /// What the member said of itself, as it says it in gossip.
    var alive: Alive {
        Alive(
            incarnation: incarnation,
            node: name,
            address: address,
            port: port,
            meta: meta,
            versions: versions
        )
    }
}
