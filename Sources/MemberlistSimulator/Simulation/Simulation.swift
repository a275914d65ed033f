public import Memberlist
internal import MemberlistCore

/// A cluster in virtual time: the production protocol and the production layers, a network that does what it is
/// told, and a clock that waits for nobody.
///
/// ```swift
/// let simulation = try Simulation(nodes: 5, seed: 42)
/// simulation.joinAll()
/// try await simulation.expect(within: .seconds(10)) { $0.isConverged }
/// simulation.partition([0, 1])
/// await simulation.run(for: .seconds(60))
/// simulation.heal()
/// ```
///
/// Equal seeds give equal histories, byte for byte: ``history`` is the hash of everything that happened. Hooks of
/// a delegate are called one after another while time stands still, so a history repeats as long as they decide
/// by what they are given.
///
/// It is used from one task at a time.
public final class Simulation {
    let world: World
    private let configure: (inout MemberlistConfiguration, Int) -> Void
    /// Changes of links that were begun as one.
    var linked: [Int: [Int]] = [:]
    private let delegates: (Int) -> (any MemberlistDelegate)?

    /// A cluster of so many nodes, all running and none joined.
    ///
    /// - Parameters:
    ///   - nodes: How many; each is called `node-0`, `node-1` and so on, and listens at an address of its own.
    ///   - seed: What every draw of the protocol and of the network begins with.
    ///   - network: What the links do, until they are told otherwise.
    ///   - judges: Who watches; the standard ones unless said otherwise.
    ///   - configure: Changes a node's configuration, which begins as HashiCorp's for a local network. A keyring
    ///     is read for its keys: what is sealed in a simulation has nonces of the simulation's.
    ///   - delegates: The application's hooks for a node, by its number.
    /// - Throws: `ConfigurationError` where a configuration is not valid.
    public convenience init(
        nodes: Int,
        seed: UInt64,
        network: LinkConditions = .good,
        judges: [any SimulationJudge] = StandardJudges.all(),
        configure: @escaping (inout MemberlistConfiguration, Int) -> Void = { _, _ in },
        delegates: @escaping (Int) -> (any MemberlistDelegate)? = { _ in nil }
    ) throws {
        try self.init(
            nodes: nodes,
            seed: seed,
            network: network,
            judges: judges,
            configure: configure,
            delegates: delegates,
            adjusting: nil
        )
    }

    /// The same; what a core is started with may be changed, for experiments.
    init(
        nodes: Int,
        seed: UInt64,
        network: LinkConditions = .good,
        judges: [any SimulationJudge],
        configure: @escaping (inout MemberlistConfiguration, Int) -> Void,
        delegates: @escaping (Int) -> (any MemberlistDelegate)? = { _ in nil },
        adjusting adjustCore: ((inout ProtocolConfiguration) -> Void)?
    ) throws {
        world = World(seed: seed, conditions: network)
        world.judges = judges
        world.adjustCore = adjustCore
        world.showsFrames = judges.contains { $0.watchesFrames }
        self.configure = configure
        self.delegates = delegates
        for _ in 0..<nodes { _ = try addNode() }
    }

    /// What the simulation began with.
    public var seed: UInt64 { world.seed }
    /// Virtual time since the start.
    public var time: Duration { world.time }
    /// All nodes, in the order of their making.
    public var nodes: [SimulatedNode] {
        world.hosts.indices.map { SimulatedNode(index: $0, simulation: self) }
    }
    /// One node.
    public subscript(node: Int) -> SimulatedNode { SimulatedNode(index: node, simulation: self) }
    /// What a judge may look at.
    public var state: SimulationState { SimulationState(world) }
    /// The rules that were broken so far.
    public var violations: [Violation] { world.violations }
    /// How often each fault and each rare path was met so far.
    public var coverage: Coverage { world.coverage }
    /// What all nodes sent and received so far.
    public var totalTraffic: Traffic { world.hosts.reduce(Traffic()) { $0 + $1.traffic } }
    /// The hash of all that happened so far, as 32 hexadecimal digits.
    public var history: String { world.digest.text }

    /// Tells of everything that happens from now on.
    public func observe(_ observer: @escaping (Observation) -> Void) {
        world.observers.append(observer)
    }

    /// Adds a node that runs and has not joined.
    @discardableResult
    public func addNode() throws -> SimulatedNode {
        try addNode { _ in }
    }

    /// The same; the machine is prepared before its process starts.
    func addNode(_ prepare: (Host) -> Void) throws -> SimulatedNode {
        let index = world.hosts.count
        var configuration = MemberlistConfiguration(name: .numbered(index))
        configure(&configuration, index)
        configuration.name = .numbered(index)
        try configuration.validate()
        let host = world.addHost(configuration, keys: configuration.keyring?.keys ?? [])
        host.delegate = delegates(index)
        prepare(host)
        world.launch(host)
        return SimulatedNode(index: index, simulation: self)
    }

    /// Lets every node that runs join through one of them, at this moment.
    public func joinAll(through contact: Int = 0) {
        for node in nodes where node.index != contact && node.isRunning { node.join(through: self[contact]) }
    }

    // MARK: Time

    /// Lets that much virtual time pass.
    public func run(for duration: Duration) async {
        await run(until: world.now.advanced(byNanoseconds: duration.nanoseconds))
    }

    func run(until end: Instant) async {
        await callHooks()
        while !world.run(until: end) { await callHooks() }
    }

    /// Calls the hooks that are due, and does what they ask of their nodes, which may lead to other hooks.
    private func callHooks() async {
        repeat { await world.callHooks() } while performRequests()
    }

    private func performRequests() -> Bool {
        var hasAny = false
        for host in world.hosts {
            guard let requests = host.handle?.take(), !requests.isEmpty else { continue }
            hasAny = true
            for request in requests { self[host.index].perform(request) }
        }
        return hasAny
    }

    /// Lets virtual time pass until the condition holds. It is looked at every so often, first at once.
    ///
    /// - Returns: How long it took; nil where it did not hold within that time.
    public func run(
        atMost limit: Duration,
        lookingEvery interval: Duration = .milliseconds(100),
        until condition: (SimulationState) -> Bool
    ) async -> Duration? {
        let start = world.now
        let end = start.advanced(byNanoseconds: limit.nanoseconds)
        await callHooks()
        while !condition(state) {
            guard world.now < end else { return nil }
            let next = world.now.advanced(byNanoseconds: max(1, interval.nanoseconds))
            await run(until: min(next, end))
        }
        return .nanoseconds(world.now.nanoseconds(since: start))
    }

    /// Lets virtual time pass until what is expected holds, and fails where it does not.
    ///
    /// - Throws: ``SimulationFailure``, whose words name the seed; also where a judge found a rule broken.
    public func expect(
        within limit: Duration,
        _ what: String = "the expectation",
        _ condition: (SimulationState) -> Bool
    ) async throws {
        let took = await run(atMost: limit, until: condition)
        if let first = violations.first { throw SimulationFailure(seed: seed, what: "\(first)") }
        guard took == nil else { return }
        let disagreement = state.firstDisagreement.map { " (\($0))" } ?? ""
        throw SimulationFailure(seed: seed, what: "\(what) did not hold within \(limit)\(disagreement)")
    }

    /// Lets the judges say their last word.
    ///
    /// - Throws: ``SimulationFailure`` where a rule was broken.
    public func conclude() throws {
        world.conclude()
        if let first = violations.first { throw SimulationFailure(seed: seed, what: "\(first)") }
    }
}

/// An expectation that did not hold, or a rule that was broken.
public struct SimulationFailure: Error, Sendable, CustomStringConvertible {
    /// The seed that gives the same history again.
    public let seed: UInt64
    /// What was wrong.
    public let what: String

    /// What was wrong, and the seed.
    public var description: String { "seed \(seed): \(what)" }
}
