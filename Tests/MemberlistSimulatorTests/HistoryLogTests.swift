import MemberlistSimulator
import Testing

/// What happened, as people read it.
@Suite struct HistoryLogTests {
    private func lines(_ scenario: Scenario, seed: UInt64 = 1) async throws -> [String] {
        var lines: [String] = []
        _ = try await SmallRuns.run(scenario, seed: seed, log: HistoryLog { lines.append($0) })
        return lines
    }

    @Test func aCrashAndItsDiscoveryAreTold() async throws {
        let scenario = SmallRuns.scenario { $0.crashes = [.init(at: .seconds(5), who: .nodes([2]))] }
        let lines = try await lines(scenario)
        #expect(lines.contains("00:00:05.000000 node-2 crashes"))
        #expect(lines.contains { $0.hasSuffix("node-1 asks to join") })
        #expect(lines.contains { $0.hasSuffix("node-3 knows node-4 (incarnation 1)") })
        #expect(lines.contains { $0.contains(" suspects node-2 (incarnation 1): ") })
        #expect(lines.contains { $0.contains(": probe failed: node-2") })
        let found = lines.filter { $0.contains(" declared node-2 failed (incarnation 1): ") }
        #expect(found.contains { $0.contains(": nobody refuted it; ") && $0.contains("suspect for ") })
        #expect(found.count == 4)
        #expect(lines == lines.sorted { $0.prefix(15) < $1.prefix(15) }, "time goes backwards")
    }

    @Test func faultsAreTold() async throws {
        let scenario = SmallRuns.scenario(seconds: 20) {
            $0.partitions = [.init(at: .seconds(5), lasts: .seconds(2), side: .some(.nodes([0, 1])))]
            $0.slow = [
                .init(
                    at: .seconds(10),
                    lasts: .seconds(2),
                    who: .nodes([3]),
                    held: .seconds(1),
                    free: .seconds(1)
                )
            ]
        }
        let lines = try await lines(scenario)
        #expect(lines.contains("00:00:05.000000 the network: node-0, node-1 and the others are cut off"))
        #expect(lines.contains("00:00:07.000000 the network: the partition heals"))
        #expect(lines.contains("00:00:10.000000 node-3 is slow: its messages are held"))
        #expect(lines.contains("00:00:11.000000 node-3 is slow no more: its messages flow"))
    }

    @Test func messagesAndNoticesAreReadableAndHarmless() async throws {
        let simulation = try Simulation(nodes: 2, seed: 1)
        var lines: [String] = []
        HistoryLog { lines.append($0) }.follow(simulation)
        simulation[1].join(through: simulation[0])
        await simulation.run(for: .seconds(5))
        simulation[0].sendReliably(Array("hello\u{1B}[2J\u{202E}".utf8), to: simulation[1])
        simulation[0].sendReliably([0xFF, 0xFE], to: simulation[1])
        await simulation.run(for: .seconds(5))
        #expect(lines.contains { $0.contains(#" node-1 got "hello\u{1B}[2J\u{202E}" from "#) })
        #expect(lines.contains { $0.contains(" node-1 got 2 bytes from ") })
        simulation[1].crash()
        simulation[1].restart(elsewhere: true)
        await simulation.run(for: .seconds(1))
        #expect(lines.contains { $0.contains(" node-1 starts at 10.") })
    }

    @Test func oneSeedGivesOneLog() async throws {
        let scenario = SmallRuns.scenario(seconds: 20) { $0.loss = 0.2 }
        let first = try await lines(scenario)
        #expect(try await lines(scenario) == first)
        #expect(try await lines(scenario, seed: 2) != first)
    }
}
