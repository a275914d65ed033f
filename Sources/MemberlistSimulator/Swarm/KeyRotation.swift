internal import Memberlist
internal import MemberlistCore
internal import MemberlistWire

/// How somebody rotates keys who may be careful or not.
enum RotationManner: String, Sendable, CaseIterable {
    /// A step begins when the last is done on every machine, those that are down included: the one safe order.
    case orderly
    /// In steps too, but whoever is down or stands still when its turn comes is passed over, for good.
    case forgetful
    /// Each machine takes all three steps at times of its own, and nobody looks at the others.
    case hasty
}

/// Rotates the keys of a running cluster: a new key on every node, then used by every node, then the old one
/// removed from every node. Where that was not done in order, it can be mended.
final class KeyRotation {
    private enum Phase { case resting, adding, using, removing }

    private let bytes: Int
    private let seed: UInt64
    private var generation: UInt8 = 0
    private var phase = Phase.resting
    private var manner = RotationManner.orderly
    private var waiting: Set<Int> = []
    /// What the rotation rids the cluster of.
    private var old: [SecretKey] = []
    /// What every node shall hold that a step adds.
    private var added: [SecretKey] = []
    private var new: SecretKey?
    /// Counts rotations: what was planned for an earlier one is not done any more.
    private var round = 0
    private var isMending = false

    init(bytes: Int, seed: UInt64) {
        self.bytes = bytes
        self.seed = seed
        new = bytes > 0 ? key(0) : nil
    }

    var isUnderWay: Bool { phase != .resting }

    /// The ring that every node begins with; nil for plaintext.
    var firstKeyring: Keyring? { bytes > 0 ? key(0).map { Keyring(primary: $0) } : nil }

    /// Keys of the simulation's own, that anybody can make who knows the seed.
    private func key(_ generation: UInt8) -> SecretKey? {
        var random = ProtocolRandom(seed: seed &+ UInt64(generation) << 32)
        return try? SecretKey(bytes: (0..<bytes).map { _ in UInt8(truncatingIfNeeded: random.next()) })
    }

    func begin(_ manner: RotationManner, in world: World) {
        guard phase == .resting, let previous = new, let next = key(generation + 1) else { return }
        generation += 1
        round += 1
        self.manner = manner
        (old, added, new) = ([previous], [next], next)
        world.rotation.newest = next.id
        if manner != .orderly { world.rotation.isInOrder = false }
        if manner == .hasty { return beginHastily(in: world) }
        if !world.linkFaults.isEmpty { world.coverage.meet(.rotatedUnderFaults) }
        enter(.adding, in: world)
    }

    /// Gives every machine every key that any of them holds, then ends the rotation in order: what a person does
    /// who reads in the logs that keys are missing.
    func mend(in world: World) {
        guard let new else { return }
        round += 1
        manner = .orderly
        isMending = true
        var every = [new]
        for key in world.hosts.flatMap(\.keys) where !every.contains(key) { every.append(key) }
        (added, old) = (every, Array(every.dropFirst()))
        world.coverage.meet(.keysMended)
        enter(.adding, in: world)
    }

    /// A new machine gets the keys that another has, and takes part in what is still to be done there.
    func admit(_ host: Host, like other: Host, in world: World) {
        host.keys = other.keys
        guard waiting.contains(other.index) else { return }
        waiting.insert(host.index)
        plan(for: host, in: world)
    }

    /// Who stood still has its turn.
    func goOn(in world: World) {
        for host in world.hosts where waiting.contains(host.index) { apply(to: host, in: world) }
    }

    // MARK: In steps

    private func enter(_ next: Phase, in world: World) {
        phase = next
        guard next != .resting else { return }
        waiting = Set(world.hosts.indices)
        for host in world.hosts { plan(for: host, in: world) }
    }

    private func plan(for host: Host, in world: World) {
        after(world.random.below(3_000), in: world) { rotation, world in rotation.apply(to: host, in: world) }
    }

    private func apply(to host: Host, in world: World) {
        guard phase != .resting, waiting.contains(host.index) else { return }
        if manner == .forgetful, host.process?.activity != .running {
            world.coverage.meet(.keysMissed)
        } else if let process = host.process, process.activity != .running {
            // A process that stands still reads no command; its machine's file is written with it.
            return after(1_000, in: world) { rotation, world in rotation.apply(to: host, in: world) }
        } else {
            for step in steps(of: phase) { world.change(step, on: host) }
        }
        waiting.remove(host.index)
        guard waiting.isEmpty else { return }
        // Frames that are under way with the old key arrive first.
        after(6_000, in: world) { rotation, world in rotation.finishPhase(in: world) }
    }

    private func steps(of phase: Phase) -> [KeyStep] {
        switch phase {
        case .resting: []
        case .adding: added.map { .add($0) }
        case .using: new.map { [.use($0)] } ?? []
        case .removing: old.map { .remove($0) }
        }
    }

    private func finishPhase(in world: World) {
        switch phase {
        case .adding:
            if isMending { world.rotation.isInOrder = true }
            isMending = false
            enter(.using, in: world)
        case .using: enter(.removing, in: world)
        case .removing: phase = .resting
        case .resting: break
        }
    }

    // MARK: Without looking

    private func beginHastily(in world: World) {
        world.coverage.meet(.rotatedHastily)
        for host in world.hosts {
            let times = (0..<3).map { _ in world.random.below(20_000) }.sorted()
            for (time, phase) in zip(times, [Phase.adding, .using, .removing]) {
                after(time, in: world) { rotation, world in
                    for step in rotation.steps(of: phase) { world.change(step, on: host) }
                }
            }
        }
    }

    /// Does something later, unless another rotation has begun.
    private func after(
        _ milliseconds: Int,
        in world: World,
        _ action: @escaping (KeyRotation, World) -> Void
    ) {
        let round = round
        let due = world.now.advanced(byNanoseconds: Int64(milliseconds) * 1_000_000)
        world.plan(at: due) { [weak self] world in
            guard let self, self.round == round else { return }
            action(self, world)
        }
    }
}
