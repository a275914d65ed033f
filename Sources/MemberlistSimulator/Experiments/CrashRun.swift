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
        let watch = CrashWatch(simulation, victim: victim.index)
        victim.crash()
        _ = await simulation.run(atMost: Self.patience) { _ in watch.isComplete }
        return Times(first: watch.firstFailed, all: watch.lastFailed)
    }
}
