internal import MemberlistCore

/// Waits until everybody has heard of one crash, from the moment at which it is made.
final class CrashWatch {
    private(set) var firstSuspected: Duration?
    private(set) var firstFailed: Duration?
    private var latestFailed: Duration?
    /// Those who have not declared it yet.
    private var left: Int

    /// When the last of the others declared it; nil where one has not.
    var lastFailed: Duration? { isComplete ? latestFailed : nil }
    var isComplete: Bool { left <= 0 }

    init(_ simulation: Simulation, victim: Int) {
        let world = simulation.world
        left = world.hosts.count { $0.process != nil && $0.index != victim }
        let start = world.time
        let name = world.hosts[victim].name
        simulation.observe { [weak self] observation in
            guard case .member(let member, let change) = observation.kind, member.name == name else { return }
            self?.note(change, after: observation.time - start)
        }
    }

    private func note(_ change: BeliefChange, after time: Duration) {
        if change == .suspected, firstSuspected == nil { firstSuspected = time }
        guard change == .failed else { return }
        if firstFailed == nil { firstFailed = time }
        latestFailed = time
        left -= 1
    }
}
