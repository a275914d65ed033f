internal import MemberlistCore
internal import MemberlistWire
internal import Synchronization

/// What readers see of the node: written by its event loop after each batch, read from anywhere without
/// waiting for the loop.
final class NodeSnapshot: Sendable {
    private struct State {
        var members: [NodeName: Member] = [:]
        var localMember: Member
        var healthScore = 0
        var alive = 0
        var queued = QueuedBroadcasts()

        mutating func set(_ name: NodeName, _ member: Member?) {
            let old = members[name]
            members[name] = member
            alive += (member?.state == .alive ? 1 : 0) - (old?.state == .alive ? 1 : 0)
        }
    }

    private let state: Mutex<State>

    init(localMember: Member) {
        state = Mutex(State(localMember: localMember))
        update(localMember)
    }

    var members: [Member] {
        // The dictionary is shared, not copied, under the lock: the loop never waits for a reader's loop.
        let members = state.withLock { $0.members }
        return Array(members.values)
    }

    func member(named name: NodeName) -> Member? { state.withLock { $0.members[name] } }
    var localMember: Member { state.withLock { $0.localMember } }
    var healthScore: Int { state.withLock { $0.healthScore } }
    var count: Int { state.withLock { $0.members.count } }
    /// Members that are alive, this node among them.
    var aliveCount: Int { state.withLock { $0.alive } }
    var queued: QueuedBroadcasts { state.withLock { $0.queued } }

    func update(_ member: Member) {
        state.withLock { state in
            state.set(member.name, member)
            if member.name == state.localMember.name { state.localMember = member }
        }
    }

    func remove(_ name: NodeName) {
        state.withLock { $0.set(name, nil) }
    }

    func setQueued(_ queued: QueuedBroadcasts) {
        state.withLock { $0.queued = queued }
    }

    func setHealth(_ score: Int) {
        state.withLock { $0.healthScore = score }
    }
}
