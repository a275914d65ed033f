internal import Memberlist
internal import MemberlistCore
internal import MemberlistWire

/// How a cluster's cost and speed grow with its size, against SWIM's theory (Das, Gupta, Motivala, sections 3 and
/// 4): a constant load on each member, a failure first noticed after e/(e - 1) periods, and news that reach
/// everybody in a time that grows with the logarithm.
public struct ScalingExperiment: Sendable {
    /// How many nodes.
    public let nodes: Int
    /// What every draw begins with.
    public let seed: UInt64
    /// How long the idle cluster is watched.
    public var idle: Duration = .seconds(60)
    /// How many nodes crash, one after another.
    public var crashes = 5
    /// Within which time all nodes join in a mass join; nil: that part is left out.
    public var joinsWithin: Duration? = .seconds(10)

    /// An experiment on so many nodes, 2 at least.
    public init(nodes: Int, seed: UInt64) {
        self.nodes = max(2, nodes)
        self.seed = seed
    }

    /// Runs it. One seed gives one result, but for ``ScalingResult/realSeconds``.
    ///
    /// - Parameter progress: Told in a few words what is being done.
    public func run(progress: (String) -> Void = { _ in }) async throws -> ScalingResult {
        var result = ScalingResult(nodes: nodes)
        let start = ContinuousClock.now
        try await measureWhole(&result, progress)
        let join = ContinuousClock.now
        result.realSeconds = Self.seconds(join - start)
        if let joinsWithin {
            try await measureMassJoin(within: joinsWithin, &result, progress)
            result.joinRealSeconds = Self.seconds(ContinuousClock.now - join)
        }
        return result
    }

    private static func seconds(_ duration: Duration) -> Double { duration / .seconds(1) }

    /// HashiCorp's settings for a local network, encrypted. What is equal in all nodes is held once.
    private func simulation() throws -> Simulation {
        let key = try SecretKey(bytes: (0..<32).map { UInt8($0) })
        let pool = IdentityPool()
        return try Simulation(nodes: nodes, seed: seed, judges: []) { configuration, _ in
            configuration.keyring = Keyring(primary: key)
            configuration.compression = nodes <= 1_000
        } adjusting: { core in
            core.identityPool = pool
        }
    }

    // MARK: A cluster that stands

    private func measureWhole(_ result: inout ScalingResult, _ progress: (String) -> Void) async throws {
        progress("\(nodes) nodes: forming")
        let simulation = try simulation()
        simulation.world.makeWhole()
        // Probes and exchanges begin at random points of their intervals: after one of each they are spread.
        await simulation.run(for: .seconds(5))
        progress("\(nodes) nodes: idle")
        let before = simulation.totalTraffic
        await simulation.run(for: idle)
        let traffic = simulation.totalTraffic - before
        let share = Double(nodes) * (idle / .seconds(1))
        result.datagramsPerNodeSecond = Double(traffic.datagramsSent) / share
        result.bytesPerNodeSecond = Double(traffic.datagramBytesSent) / share
        result.streamBytesPerNodeSecond = Double(traffic.streamBytesSent) / share
        await measureCrashes(simulation, &result, progress)
        result.virtualSeconds = simulation.time / .seconds(1)
        result.history = simulation.history
    }

    private func measureCrashes(
        _ simulation: Simulation,
        _ result: inout ScalingResult,
        _ progress: (String) -> Void
    ) async {
        for number in 0..<crashes {
            progress("\(nodes) nodes: crash \(number + 1)")
            let victim = simulation[nodes - 1 - number]
            let watch = CrashWatch(simulation, victim: victim.index)
            victim.crash()
            _ = await simulation.run(atMost: .seconds(600)) { _ in watch.isComplete }
            if let first = watch.firstSuspected { result.firstSuspicions.append(Self.seconds(first)) }
            if let first = watch.firstFailed { result.firstFailures.append(Self.seconds(first)) }
            if let last = watch.lastFailed { result.disseminations.append(Self.seconds(last)) }
            simulation.world.observers.removeLast()
        }
    }

    // MARK: A mass join

    private static let seeds = 3

    private func measureMassJoin(
        within spread: Duration,
        _ result: inout ScalingResult,
        _ progress: (String) -> Void
    ) async throws {
        progress("\(nodes) nodes: joining")
        let simulation = try simulation()
        let world = simulation.world
        for host in world.hosts.dropFirst() {
            // The first three are the seeds that everybody is configured with.
            let isSeed = host.index < Self.seeds
            let due = isSeed ? 0 : world.random.below(spread.nanoseconds)
            let seed = isSeed ? 0 : world.random.below(min(Self.seeds, nodes - 1))
            world.plan(at: Instant(nanoseconds: due)) { world in
                world.join(host, through: world.hosts[seed].endpoint)
            }
        }
        await simulation.run(for: spread)
        let took = await simulation.run(atMost: .seconds(120)) { _ in
            world.hosts.allSatisfy { $0.process?.core.aliveCount == nodes }
        }
        result.convergence = took.map(Self.seconds)
        let traffic = simulation.totalTraffic
        result.joinBytesPerNode = Double(traffic.datagramBytesSent + traffic.streamBytesSent) / Double(nodes)
    }
}
