import Testing

@testable import MemberlistSimulator

/// One seed gives one history: again, beside others, and with somebody looking on. `Scripts/determinism` compares
/// the debug build with the release build.
@Suite struct DeterminismTests {
    /// Seeds with small clusters: these tests run without optimisation. Some have delegates, some have no keys.
    private static let seeds: [UInt64] = {
        let small = (1...400).lazy.map { UInt64($0) }.filter { seed in
            let plan = SwarmPlan(seed: seed)
            return plan.nodes <= 5 && plan.faultsEnd <= .seconds(60)
        }
        let plain = small.filter { SwarmPlan(seed: $0).settings.keyBytes == 0 }.prefix(1)
        let withDelegates = small.filter { SwarmPlan(seed: $0).settings.hasDelegates }.prefix(2)
        return Array(Set(Array(small.prefix(5)) + plain + withDelegates)).sorted()
    }()

    private func histories(of seeds: [UInt64]) async throws -> [UInt64: String] {
        try await withThrowingTaskGroup(of: (UInt64, String).self) { group in
            for seed in seeds {
                group.addTask { (seed, try await SwarmRunner.replay(seed: seed).history) }
            }
            return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
    }

    @Test func aSeedHasOneHistoryAloneAndInCompany() async throws {
        #expect(Self.seeds.count > 4)
        var alone: [UInt64: String] = [:]
        for seed in Self.seeds { alone[seed] = try await SwarmRunner.replay(seed: seed).history }
        #expect(Set(alone.values).count == alone.count, "other seeds have other histories")
        #expect(try await histories(of: Self.seeds) == alone)
        #expect(try await histories(of: Self.seeds.reversed()) == alone)
    }

    @Test func whoeverLooksOnChangesNothing() async throws {
        let seed = try #require(Self.seeds.first)
        var lines = 0
        let log = HistoryLog { _ in lines += 1 }
        let watched = try await SwarmRunner.replay(seed: seed, log: log)
        let judged = try SwarmRun(seed: seed, judges: [])
        #expect(lines > 50)
        #expect(try await SwarmRunner.replay(seed: seed).history == watched.history)
        #expect(await judged.run().history == watched.history, "judges leave no trace")
    }

    @Test func manySeedsAreAddedUp() async throws {
        let first = try #require(Self.seeds.first)
        var told: [SwarmOutcome] = []
        let summary = try await SwarmRunner.run(seeds: first..<first + 1, jobs: 3) { told.append($0) }
        let alone = try await SwarmRunner.replay(seed: first)
        #expect(told.map(\.history) == [alone.history])
        #expect(summary.runs == 1 && summary.failed.isEmpty)
        #expect(summary.coverage == alone.coverage && summary.datagrams == alone.datagrams)
        #expect(summary.virtualTime == alone.virtualTime)
        #expect(!summary.unmet.isEmpty, "one seed cannot meet all")
    }
}
