import Foundation
import MemberlistSimulator
import Testing

/// The experiment of the Lifeguard paper, with few nodes.
@Suite struct LifeguardExperimentTests {
    /// Blocks that are longer than a plain suspicion of so few nodes: 5 times a second, and the logarithm.
    private static func tiny(seed: UInt64 = 1) -> LifeguardExperiment {
        var experiment = LifeguardExperiment.quick(seed: seed)
        experiment.nodes = 20
        experiment.slowNodes = [3]
        experiment.blocked = [.seconds(10)]
        experiment.pauses = [.milliseconds(16)]
        experiment.length = .seconds(60)
        experiment.settling = .seconds(45)
        experiment.crashes = 1
        return experiment
    }

    /// Several tests look at one run.
    private static let first = Task { try await tiny().run(jobs: 2) }

    @Test func lifeguardSparesTheHealthy() async throws {
        let report = try await Self.first.value
        let (swim, all) = (report.total(.swim), report.total(.all))
        #expect(swim.falsePositives > 100)
        #expect(swim.falsePositivesAtHealthyNodes > 100)
        #expect(all.falsePositives * 20 < swim.falsePositives)
        #expect(all.falsePositivesAtHealthyNodes * 20 < swim.falsePositivesAtHealthyNodes)
        for variant in LifeguardVariant.allCases {
            let total = report.total(variant)
            #expect(total.falsePositivesAtHealthyNodes <= total.falsePositives)
            #expect(total.messages > 10_000)
            #expect(total.bytes > 10 * total.messages)
        }
    }

    @Test func crashesAreFoundInEveryConfiguration() async throws {
        let report = try await Self.first.value
        #expect(report.detection.map(\.variant) == LifeguardVariant.allCases)
        for row in report.detection {
            #expect(row.missed == 0)
            let (first, all) = (try #require(row.first), try #require(row.all))
            #expect(first.maximum > .seconds(5))
            #expect(first.maximum <= all.maximum)
        }
    }

    @Test func oneSeedGivesOneTable() async throws {
        let report = try await Self.first.value
        var shares: [Double] = []
        #expect(try await Self.tiny().run(jobs: 1) { shares.append($0) } == report)
        #expect(shares.count == 10)
        #expect(shares == shares.sorted())
        #expect(shares.last == 1)
        #expect(try await Self.tiny(seed: 8).run(jobs: 2) != report)
        #expect(report.text.contains("20 nodes, 1 pattern of slowness, seed 1"))
        #expect(try JSONDecoder().decode(LifeguardReport.self, from: Data(report.json().utf8)) == report)
    }

    @Test func itsChartHasALineForEachConfiguration() async throws {
        let chart = try await Self.first.value.chart
        #expect(chart.series.map(\.name) == LifeguardVariant.allCases.map(\.title))
        #expect(XMLReader(chart.svg).elements["circle"] == 5)
    }

    @Test func numbersThatMakeNoExperimentAreRefused() async {
        var crowded = Self.tiny()
        crowded.slowNodes = [20]
        await #expect(throws: ExperimentError.self) { try await crowded.run(jobs: 1) }
        var endless = Self.tiny()
        endless.pauses = [.zero]
        await #expect(throws: ExperimentError.self) { try await endless.run(jobs: 1) }
        var lonely = Self.tiny()
        lonely.nodes = 1
        await #expect(throws: ExperimentError.self) { try await lonely.run(jobs: 1) }
    }
}
