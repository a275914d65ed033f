import Foundation
import MemberlistSimulator
import Testing

/// What is said of a run.
@Suite struct ReportTests {
    @Test func aCalmClusterKnowsAllAndAccusesNobody() async throws {
        let report = try await SmallRuns.run(SmallRuns.scenario(seconds: 20)).report
        #expect(report.convergence?.count == 5)
        #expect(report.recovery?.count == 1)
        #expect(report.virtualSeconds == 20)
        #expect(report.nodes == 5)
        #expect(report.detection.crashes == 0)
        #expect(report.detection.first == nil)
        #expect(report.accuracy.falsePositives == 0)
        #expect(report.notes.isEmpty)
        #expect(report.traffic.datagrams > 1)
        #expect(report.traffic.datagramBytes > 50 * report.traffic.datagrams)
        #expect(report.coverage["launched"] == 5)
        #expect(report.coverage["crashed"] == nil)
    }

    @Test func aCrashIsFoundOnceByEach() async throws {
        let scenario = SmallRuns.scenario { $0.crashes = [.init(at: .seconds(5), who: .nodes([2]))] }
        let report = try await SmallRuns.run(scenario).report
        #expect(report.detection.crashes == 1)
        #expect(report.detection.detected == 1)
        #expect(report.detection.first?.count == 1)
        #expect(report.detection.everyObserver?.count == 4)
        let (first, last) = (report.detection.first?.maximum, report.detection.everyObserver?.maximum)
        #expect(try #require(first) >= .seconds(1))
        #expect(try #require(first) <= #require(last))
        #expect(report.accuracy.falsePositives == 0)
        #expect(report.recovery?.count == 2)
        #expect(report.notes.isEmpty)
    }

    @Test func aRestartIsNoCrashThatNobodyFound() async throws {
        let scenario = SmallRuns.scenario {
            $0.crashes = [
                .init(at: .seconds(5), who: .share(1), every: .seconds(5), restartAfter: .seconds(1))
            ]
        }
        let report = try await SmallRuns.run(scenario).report
        #expect(report.detection.crashes == 5)
        #expect(report.coverage["restartedInPlace"] == 5)
        #expect(report.notes.isEmpty)
    }

    /// A slow node accuses the healthy, and is accused by them: only the first is wrong, and at no node that is well.
    @Test func whoIsHeldUpIsNoFalsePositiveAndCountsAmongThoseThatAreNotWell() async throws {
        let scenario = SmallRuns.scenario(seconds: 60) {
            $0.slow = [
                .init(
                    at: .seconds(5),
                    lasts: .seconds(100),
                    who: .nodes([2]),
                    held: .seconds(90),
                    free: .seconds(1)
                )
            ]
        }
        let accuracy = try await SmallRuns.run(scenario).report.accuracy
        #expect(accuracy.falsePositives > 0)
        #expect(accuracy.falsePositivesAtWellNodes == 0)
    }

    @Test func whatDidNotEndWellIsSaid() async throws {
        let scenario = SmallRuns.scenario(seconds: 20) {
            $0.crashes = [.init(at: .seconds(19), who: .nodes([2]))]
        }
        let report = try await SmallRuns.run(scenario).report
        #expect(report.notes.contains { $0.contains("node-2 crashed at 19 s") })
        #expect(report.notes.contains { $0.contains("after the crash at 19 s") })
    }

    @Test func halvesThatLoseEachOtherAreFalsePositivesOfACut() async throws {
        let scenario = SmallRuns.scenario(nodes: 4, seconds: 60) {
            $0.partitions = [.init(at: .seconds(2), lasts: .seconds(30), side: .some(.nodes([2, 3])))]
            $0.rejoin = .seconds(5)
        }
        let report = try await SmallRuns.run(scenario).report
        #expect(report.accuracy.falsePositives >= 8)
        #expect(report.accuracy.falsePositivesDuringCuts >= 8)
        #expect(report.accuracy.falsePositivesAtWellNodes == report.accuracy.falsePositives)
        #expect(report.coverage["partitioned"] == 1)
        #expect(report.notes.isEmpty)
    }

    private final class Grumbler: SimulationJudge {
        let name = "nothing is ever well"
        func conclude(_ state: SimulationState) -> String? { "still not" }
    }

    private func violations(_ scenario: Scenario) async throws -> [String] {
        try await ScenarioRunner(scenario, seed: 1).run(judges: [Grumbler()]).report.violations
    }

    @Test func judgesSayTheirLastWordWhereItIsFair() async throws {
        let calm = SmallRuns.scenario(seconds: 20)
        let words = try await violations(calm)
        #expect(words == ["00:00:20.000000 nothing is ever well: still not"])
        // No time to find it, and too much in the way to join at all.
        let short = SmallRuns.scenario(seconds: 20) { $0.crashes = [.init(at: .seconds(19), who: .count(1))] }
        #expect(try await violations(short).isEmpty)
        let deaf = SmallRuns.scenario(seconds: 70) { $0.loss = 1 }
        #expect(try await violations(deaf).isEmpty)
        // Time enough, and yet they do not find each other.
        let slow = SmallRuns.scenario(seconds: 70) { $0.latency.shortest = .seconds(20) }
        #expect(try await violations(slow).count == 1)
    }

    @Test func islandsHearNobodyElse() async throws {
        let scenario = SmallRuns.scenario(nodes: 6, seconds: 60) {
            $0.partitions = [.init(at: .seconds(2), lasts: .seconds(57), side: .islands(3))]
        }
        let report = try await SmallRuns.run(scenario).report
        // Six nodes that each lose the four of the other islands.
        #expect(report.accuracy.falsePositivesDuringCuts == 24)
    }

    @Test func jsonComesBackAndIsStable() async throws {
        let scenario = SmallRuns.scenario(seconds: 20) { $0.loss = 0.1 }
        let report = try await SmallRuns.run(scenario, seed: .max).report
        let text = try report.json()
        #expect(try JSONDecoder().decode(SimulationReport.self, from: Data(text.utf8)) == report)
        #expect(try await SmallRuns.run(scenario, seed: .max).report.json() == text)
        #expect(try await SmallRuns.run(scenario, seed: 2).report.history != report.history)
    }

    @Test func textLinesUpAndEndsWithTheHistory() async throws {
        let report = try await SmallRuns.run(SmallRuns.scenario(seconds: 20)).report
        let lines = ReportText(report).text.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.first == "small; 5 nodes, 20 s")
        #expect(lines.last == "history \(report.history)")
        let table = lines.filter { $0.hasPrefix("seconds") || $0.hasPrefix("crash ") || $0.hasPrefix("all ") }
        #expect(table.count == 5)
        #expect(Set(table.map(\.count)).count == 1)
    }

    @Test func progressGoesFromNothingToAll() async throws {
        var shares: [Double] = []
        _ = try await ScenarioRunner(SmallRuns.scenario(seconds: 20), seed: 1).run { shares.append($0) }
        #expect(shares.first == 0)
        #expect(shares.last == 1)
        #expect(shares == shares.sorted())
        #expect(shares.count > 50)
    }

    @Test func aLookAtTheFramesLeavesNoTrace() async throws {
        let scenario = SmallRuns.scenario(seconds: 20)
        var frames = 0
        let log = HistoryLog(verbose: true) { if $0.contains(" datagram ") { frames += 1 } }
        let watched = try await SmallRuns.run(scenario, log: log).report
        #expect(frames > 100)
        #expect(try await SmallRuns.run(scenario).report == watched)
    }
}
