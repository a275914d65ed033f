import DequeModule
import MemberlistWire

/// A dead member's row, as of when its time to be forgotten was set.
struct Grave: Sendable {
    let id: RowID
    let token: UInt32
}

/// When the dead, and those that left, are forgotten.
extension GossipProtocol {
    mutating func scheduleReap(_ id: RowID, at now: Instant) {
        table[id].timerToken &+= 1
        let token = table[id].timerToken
        graves.append(Grave(id: id, token: token))
        timers.schedule(
            .reap(id, token: token),
            at: now.advanced(byNanoseconds: configuration.gossipToTheDead)
        )
    }

    mutating func reap(_ id: RowID, token: UInt32) {
        let grave = Grave(id: id, token: token)
        if isStill(grave) { forget(id) }
        // All have the same time, so what stands before it is stale too.
        while let first = graves.first, !isStill(first) { graves.removeFirst() }
    }

    private func isStill(_ grave: Grave) -> Bool {
        table.isCurrent(grave.id) && grave.id != selfID && table[grave.id].timerToken == grave.token
            && table[grave.id].isDeadOrLeft
    }

    private mutating func forget(_ id: RowID) {
        let (member, wasAlive) = (table[id].member, table[id].wasAlive)
        table.remove(id)
        if wasAlive { emit(.memberChanged(member, .reaped)) }
    }

    /// Whether the table has room for one more that lives: in a full one, who is dead the longest gives way. So names
    /// that come and fail one after another never keep a living member out.
    mutating func makeRoom(for incarnation: UInt32) -> Bool {
        guard table.count >= configuration.memberLimit else { return true }
        // One that is not believed to live takes nobody's place.
        guard incarnation > 0 else { return false }
        while let first = graves.popFirst() {
            guard isStill(first) else { continue }
            forget(first.id)
            return true
        }
        return false
    }
}
