internal import Memberlist
internal import MemberlistCore
internal import MemberlistWire

/// Rotates the keys of a running cluster in the one safe order: a new key on every node, then used by every
/// node, then the old one removed from every node. A step begins when the last is done everywhere; who stands
/// still has done nothing.
final class KeyRotation {
    private enum Phase { case resting, adding, using, removing }

    private let bytes: Int
    private let seed: UInt64
    private var generation: UInt8 = 0
    private var phase = Phase.resting
    private var waiting: Set<Int> = []
    private var old: SecretKey?
    private var new: SecretKey?

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

    func begin(in world: World) {
        guard phase == .resting, bytes > 0 else { return }
        generation += 1
        old = new
        new = key(generation)
        enter(.adding, in: world)
    }

    /// A new machine gets the keys that another has, and takes part in what is still to be done there.
    func admit(_ host: Host, like other: Host) {
        host.keys = other.keys
        if waiting.contains(other.index) { waiting.insert(host.index) }
    }

    /// Who came meanwhile, or stood still, has its turn.
    func goOn(in world: World) {
        guard phase != .resting else { return }
        // Nodes that were added since have a turn of their own here.
        for host in world.hosts where waiting.contains(host.index) { apply(to: host, in: world) }
    }

    private func enter(_ next: Phase, in world: World) {
        phase = next
        guard next != .resting else { return }
        waiting = Set(world.hosts.indices)
        for host in world.hosts {
            let wait = Int64(world.random.below(3_000)) * 1_000_000
            world.plan(at: world.now.advanced(byNanoseconds: wait)) { [weak self] world in
                self?.apply(to: host, in: world)
            }
        }
    }

    private func apply(to host: Host, in world: World) {
        guard phase != .resting, waiting.contains(host.index) else { return }
        // A process that stands still reads no command; its machine's file is written with it.
        guard host.process.map({ $0.activity == .running }) ?? true else {
            return world.plan(at: world.now.advanced(byNanoseconds: 1_000_000_000)) { [weak self] world in
                self?.apply(to: host, in: world)
            }
        }
        if let step { world.change(step, on: host) }
        waiting.remove(host.index)
        guard waiting.isEmpty else { return }
        // Frames that are under way with the old key arrive first.
        world.plan(at: world.now.advanced(byNanoseconds: 6_000_000_000)) { [weak self] world in
            self?.finishPhase(in: world)
        }
    }

    private var step: KeyStep? {
        switch phase {
        case .resting: nil
        case .adding: new.map { .add($0) }
        case .using: new.map { .use($0) }
        case .removing: old.map { .remove($0) }
        }
    }

    private func finishPhase(in world: World) {
        switch phase {
        case .adding: enter(.using, in: world)
        case .using: enter(.removing, in: world)
        case .removing: phase = .resting
        case .resting: break
        }
    }
}
