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
    }

    private let state: Mutex<State>

    init(localMember: Member) {
        state = Mutex(State(members: [localMember.name: localMember], localMember: localMember))
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

    func update(_ member: Member) {
        state.withLock { state in
            state.members[member.name] = member
            if member.name == state.localMember.name { state.localMember = member }
        }
    }

    func remove(_ name: NodeName) {
        state.withLock { _ = $0.members.removeValue(forKey: name) }
    }

    func setHealth(_ score: Int) {
        state.withLock { $0.healthScore = score }
    }
}
