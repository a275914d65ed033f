import Memberlist
import MemberlistSimulator
import Testing

/// Small clusters whose nodes have joined, for tests that then do something to them.
enum SmallCluster {
    static func make(
        _ nodes: Int,
        seed: UInt64 = 1,
        configure: @escaping (inout MemberlistConfiguration) -> Void = { _ in }
    ) async throws -> Simulation {
        let key = try SecretKey(bytes: [UInt8](repeating: 7, count: 32))
        let simulation = try Simulation(nodes: nodes, seed: seed) { configuration, _ in
            configuration.keyring = Keyring(primary: key)
            // So that a test knows how large a message is on the wire.
            configuration.compression = false
            configuration.probe.interval = .milliseconds(500)
            configuration.probe.timeout = .milliseconds(200)
            configure(&configuration)
        }
        simulation.joinAll()
        try await simulation.expect(within: .seconds(20), "joining") { $0.isConverged }
        return simulation
    }

    /// Payloads that count themselves.
    static func payload(_ number: Int) -> [UInt8] { Array("payload \(number)".utf8) }
}

/// What one node's application hears, in order.
final class Hearing {
    private(set) var payloads: [[UInt8]] = []
    private(set) var times: [Duration] = []

    init(of node: Int, in simulation: Simulation) {
        simulation.observe { [self] observation in
            guard observation.node == node, case .message(let payload, _) = observation.kind else { return }
            payloads.append(payload)
            times.append(observation.time)
        }
    }
}
