internal import MemberlistCore
internal import MemberlistWire
internal import Synchronization

/// What readers see of the node: written by its event loop after each batch, read from anywhere without
/// waiting for the loop.
final class NodeSnapshot: Sendable {
    private struct State {
        var members = MemberList(seed: .random(in: .min ... .max))
        var localMember: Member
        var healthScore = 0
        /// How many members are in each state, with all states.
        var counts: [MemberState: Int] = [.alive: 0, .suspect: 0, .dead: 0, .left: 0]
        var hosts: [IPAddress: Host] = [:]
        var queued = QueuedBroadcasts()

        mutating func set(_ member: Member?, named name: NodeName) {
            let old = member.map { members.set($0) } ?? members.remove(name)
            if let old { counts[old.state, default: 0] -= 1 }
            if let member { counts[member.state, default: 0] += 1 }
            guard old?.endpoint != member?.endpoint else { return }
            if let old { hosts[old.endpoint.address] = hosts[old.endpoint.address]?.without() }
            if let member { hosts[member.endpoint.address, default: Host()].add(name) }
        }
    }

    /// The members of one address.
    private struct Host {
        var count = 0
        /// Where there is one, and it has been the only one all along.
        var only: NodeName?

        mutating func add(_ name: NodeName) {
            count += 1
            only = count == 1 ? name : nil
        }

        func without() -> Host? {
            count > 1 ? Host(count: count - 1) : nil
        }
    }

    private let state: Mutex<State>

    init(localMember: Member) {
        var first = State(localMember: localMember)
        first.set(localMember, named: localMember.name)
        state = Mutex(first)
    }

    var members: [Member] {
        // Shared, not copied: the loop never waits for a reader.
        state.withLock { $0.members.members }
    }

    func member(named name: NodeName) -> Member? { state.withLock { $0.members.find(name) } }
    var localMember: Member { state.withLock { $0.localMember } }
    var healthScore: Int { state.withLock { $0.healthScore } }
    var count: Int { state.withLock { $0.members.members.count } }
    /// Members that are alive, this node among them.
    var aliveCount: Int { state.withLock { $0.counts[.alive] ?? 0 } }
    var queued: QueuedBroadcasts { state.withLock { $0.queued } }

    /// Whether a member has that address, and which one, where one alone has it: a stranger can have this asked as
    /// often as it likes, and so it looks at no other member.
    func members(at address: IPAddress) -> (any: Bool, only: Member?) {
        state.withLock { state in
            let host = state.hosts[address]
            return (host != nil, host?.only.flatMap { state.members.find($0) })
        }
    }

    /// How many members are in each state, with all states.
    var counts: [MemberState: Int] { state.withLock { $0.counts } }

    func update(_ member: Member) {
        state.withLock { state in
            state.set(member, named: member.name)
            if member.name == state.localMember.name { state.localMember = member }
        }
    }

    func remove(_ name: NodeName) {
        state.withLock { $0.set(nil, named: name) }
    }

    func setQueued(_ queued: QueuedBroadcasts) {
        state.withLock { $0.queued = queued }
    }

    func setHealth(_ score: Int) {
        state.withLock { $0.healthScore = score }
    }
}
