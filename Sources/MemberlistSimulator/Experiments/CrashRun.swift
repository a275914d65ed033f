internal import MemberlistCore

/// One crash of a healthy node in a calm cluster, and how long it took to be found.
struct CrashRun: Sendable {
    let nodes: Int
    let quiet: Duration
    let variant: LifeguardVariant
    let seed: UInt64

    /// From the crash on; nil where it did not happen in time.
    struct Times: Sendable {
        /// Until the first of the others declared it failed.
        var first: Duration?
        /// Until the last of the others did.
        var all: Duration?
    }

    private final class Watch {
        var failures: [Duration] = []
    }

    /// Longer than the longest suspicion, and some rounds of probing.
    private static let patience: Duration = .seconds(120)

    func run() async throws -> Times {
        let cluster = try ExperimentCluster(nodes: nodes, seed: seed, adjust: variant.adjust)
        try await cluster.form(quiet: quiet)
        let simulation = cluster.simulation
        var random = ProtocolRandom(seed: seed)
        // At any moment of the others' rounds.
        await simulation.run(for: .nanoseconds(random.below(Int64(1_000_000_000))))
        let victim = simulation[random.below(nodes)]
        let watch = Watch()
        let (name, start) = (victim.name, simulation.time)
        simulation.observe { observation in
            guard case .member(let member, .failed) = observation.kind, member.name == name else { return }
            watch.failures.append(observation.time - start)
        }
        victim.crash()
        _ = await simulation.run(atMost: Self.patience) { _ in watch.failures.count >= nodes - 1 }
        return Times(
            first: watch.failures.first,
            all: watch.failures.count >= nodes - 1 ? watch.failures.last : nil
        )
    }
}
