import Foundation
import MemberlistSimulator
import Testing

/// Partitions and heals, with few nodes.
@Suite struct PartitionExperimentTests {
    private static func tiny(seed: UInt64 = 1) -> PartitionExperiment {
        var experiment = PartitionExperiment.quick(seed: seed)
        experiment.nodes = [4]
        experiment.durations = [.seconds(2), .seconds(300)]
        experiment.repeats = 1
        experiment.patience = .seconds(120)
        return experiment
    }

    /// Several tests look at one run.
    private static let first = Task { try await tiny().run(jobs: 2) }

    @Test("Trap 1: cuts heal by themselves, short and long") func cutsHealByThemselves() async throws {
        let report = try await Self.first.value
        #expect(report.outcomes.count == 8)
        for outcome in report.outcomes {
            #expect(outcome.byItself != nil, "\(outcome)")
            #expect(outcome.joins == 0)
        }
    }

    @Test func oneSeedGivesOneTable() async throws {
        let report = try await Self.first.value
        let again = try await Self.tiny().run(jobs: 1)
        #expect(again == report)
        #expect(again.text == report.text)
        #expect(try await Self.tiny(seed: 8).run(jobs: 2) != report)
        #expect(try JSONDecoder().decode(PartitionReport.self, from: Data(report.json().utf8)) == report)
    }

    @Test func theTableHasALineForEachCase() async throws {
        let lines = try await Self.first.value.text.split(separator: "\n")
        #expect(lines.count == 2 + 8)
        #expect(lines[2].hasPrefix("halves") && lines[2].contains("1 of 1"))
    }

    @Test func numbersThatMakeNoExperimentAreRefused() async {
        var lonely = Self.tiny()
        lonely.nodes = [1]
        await #expect(throws: ExperimentError.self) { try await lonely.run(jobs: 1) }
        var untried = Self.tiny()
        untried.repeats = 0
        await #expect(throws: ExperimentError.self) { try await untried.run(jobs: 1) }
    }
}
