internal import Memberlist
internal import MemberlistCore

/// A cluster to measure: in plaintext, on a good network, with nobody who judges.
struct ExperimentCluster {
    /// How long a cluster may take to find itself.
    private static let patience: Duration = .seconds(300)

    let simulation: Simulation

    /// Nodes that run and have not joined.
    ///
    /// - Parameter heals: Whether they look for those that they lost. What is measured of crashes is measured without.
    init(
        nodes: Int,
        seed: UInt64,
        heals: Bool = false,
        adjust: ((inout ProtocolConfiguration) -> Void)? = nil
    ) throws {
        simulation = try Simulation(
            nodes: nodes,
            seed: seed,
            judges: [],
            configure: { configuration, _ in
                configuration.compression = false
                if !heals { configuration.healing.interval = .zero }
            },
            adjusting: adjust
        )
    }

    /// Lets all join through the first, find each other, and calm down.
    func form(quiet: Duration) async throws(ExperimentError) {
        let nodes = simulation.nodes
        for node in nodes.dropFirst() { node.join(through: nodes[0]) }
        guard await converge(within: Self.patience) != nil else {
            throw ExperimentError("a cluster of \(nodes.count) did not form; seed \(simulation.seed)")
        }
        await simulation.run(for: quiet)
    }

    /// How long it takes until all that run know all that run, and nobody else, as alive.
    func converge(within limit: Duration) async -> Duration? {
        await simulation.run(atMost: limit) { $0.mayBeConverged && $0.isConverged }
    }
}

/// Why an experiment cannot be run, or did not come to its end.
public struct ExperimentError: Error, Sendable, Hashable, CustomStringConvertible {
    /// In words for people.
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}
