internal import MemberlistCore
internal import MemberlistWire

/// What an application does: a node that shall be in the cluster joins through one address. Where nodes do not look
/// for the cluster themselves it goes on, as discovery does, with one address after another until an exchange succeeds.
final class Seeker {
    private unowned let world: World
    /// Who shall be in the cluster without discovery knows these addresses for good; nil: there is discovery.
    private let seeds: [Seed]?
    /// Which node tries, and through whom; nil: through anybody.
    private var seeking: [Int: Int?] = [:]

    init(world: World, seeds: [Seed]?) {
        self.world = world
        self.seeds = seeds
        world.exchangeEnded = { [weak self] host, id, outcome in
            // What a node exchanges with members that it has says nothing of who is sought.
            if case .merged = outcome, !id.isOwn { self?.seeking[host] = nil }
        }
    }

    func seek(_ host: Host, through other: Host? = nil) {
        seeking[host.index] = .some(other?.index)
        attempt(host, launch: host.launches)
    }

    private func attempt(_ host: Host, launch: Int) {
        guard let through = seeking[host.index], host.launches == launch, host.process != nil else { return }
        let others = world.hosts.count - 1
        if others > 0 {
            let drawn = world.random.below(others)
            let chosen = through ?? (drawn < host.index ? drawn : drawn + 1)
            world.join(host, through: world.hosts[chosen].endpoint)
        }
        if let seeds { return world.perform(.seedsChanged(seeds), on: host) }
        let wait = 1_000_000_000 + world.random.below(2_000_000_000)
        world.plan(at: world.now.advanced(byNanoseconds: Int64(wait))) { [weak self] _ in
            self?.attempt(host, launch: launch)
        }
    }
}
