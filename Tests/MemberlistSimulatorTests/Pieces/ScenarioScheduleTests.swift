import Testing

@testable import MemberlistSimulator

/// Whom a scenario hits is drawn by its seed.
@Suite struct ScenarioScheduleTests {
    private func crashed(seed: UInt64, _ who: Scenario.Choice) -> [Int] {
        var scenario = Scenario()
        scenario.nodes = 20
        scenario.crashes = [.init(at: .seconds(5), who: who)]
        return ScenarioSchedule(scenario, seed: seed).steps.compactMap { step in
            if case .crash(let node) = step.action { node } else { nil }
        }
    }

    @Test func whoIsHitIsDrawnBySeed() {
        let draws = (0..<10 as Range<UInt64>).map { crashed(seed: $0, .count(3)) }
        #expect(Set(draws).count > 5)
        #expect(draws.allSatisfy { Set($0).count == 3 && Set($0).isSubset(of: 0..<20) })
        #expect(draws[4] == crashed(seed: 4, .count(3)))
        #expect(crashed(seed: 1, .share(0.25)).count == 5)
        #expect(crashed(seed: 1, .nodes([7, 2])) == [7, 2])
    }
}
