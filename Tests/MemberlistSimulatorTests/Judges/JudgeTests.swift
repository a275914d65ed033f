import MemberlistSimulator
import Testing

/// Each judge finds the bug that was planted for it, and nobody does whom it does not concern: a judge that cannot speak
/// judges nothing.
@Suite struct JudgeTests {
    static let bugs = PlantedBug.beliefs + PlantedBug.frames + PlantedBug.endings + PlantedBug.hearing

    @Test(arguments: bugs)
    func aPlantedBugIsFoundByItsJudge(bug: PlantedBug) async throws {
        let violations = try await bug.run(isPlanted: true)
        let speakers = Set(violations.map(\.judge))
        #expect(speakers.contains(bug.judge), "\(violations.first.map { "\($0)" } ?? "nobody speaks")")
        #expect(speakers.subtracting(bug.others) == [bug.judge], "\(violations)")
    }

    @Test(arguments: bugs)
    func withoutTheBugAllKeepSilent(bug: PlantedBug) async throws {
        #expect(try await bug.run(isPlanted: false) == [])
    }

    @Test func everyJudgeHasABug() {
        #expect(Set(Self.bugs.map(\.judge)) == Set(StandardJudges.all().map(\.name)))
    }

    @Test func accuracyIsCountedWhereItIsNotExact() async throws {
        let judge = AccuracyJudge(isExact: false)
        let simulation = try Simulation(nodes: 3, seed: 1, judges: [judge])
        simulation.joinAll()
        try await simulation.expect(within: .seconds(10)) { $0.isConverged }
        #expect(judge.falsePositives == 0)
        simulation.partition([2])
        await simulation.run(for: .seconds(60))
        // Two lose the third, and the third loses two.
        #expect(judge.falsePositives == 4)
        #expect(simulation.violations == [])
    }

    /// A judge of a user's own stands beside the others, and gets all that it can look at.
    private final class Curious: SimulationJudge {
        let name = "curious"
        let watchesFrames = true
        var kinds: Set<String> = []
        var inspected: Set<Int> = []

        func observe(_ observation: borrowing Observation, in state: SimulationState) -> String? {
            let kind = observation.kind
            kinds.insert(String("\(kind)".prefix { $0 != "(" }))
            return nil
        }

        func inspect(_ node: Int, in state: SimulationState) -> String? {
            inspected.insert(node)
            return nil
        }

        func conclude(_ state: SimulationState) -> String? { "the last word" }
    }

    @Test func aJudgeSeesWhatHappensAndHasTheLastWord() async throws {
        let judge = Curious()
        let simulation = try Simulation(nodes: 3, seed: 1, network: .lossy(0.2), judges: [judge])
        simulation.joinAll()
        simulation[0].broadcast([1])
        await simulation.run(for: .seconds(10))
        #expect(judge.kinds.isSuperset(of: ["process", "member", "message", "sent", "accepted", "lost"]))
        #expect(judge.inspected == [0, 1, 2])
        #expect(throws: SimulationFailure.self) { try simulation.conclude() }
        #expect(simulation.violations.map(\.what) == ["the last word"])
    }
}
