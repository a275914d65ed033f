import Foundation
import MemberlistSimulator
import Testing

/// How clusters grow, with few nodes.
@Suite struct ScalingTests {
    private func report(_ sizes: [Int]) async throws -> ScalingReport {
        try await ScalingReport.run(sizes: sizes, seed: 7, jobs: 2)
    }

    @Test func oneSeedGivesOneTable() async throws {
        let reports = [try await report([8, 16]), try await report([8, 16])]
        #expect(reports[0].results.map(\.history) == reports[1].results.map(\.history))
        #expect(reports[0].times == reports[1].times)
        #expect(reports[0].results.map(\.nodes) == [8, 16])
    }

    @Test func theLoadIsAPingAndAnAckAndTheCrashesAreFound() async throws {
        let result = try #require(try await report([16]).results.first)
        #expect(abs(result.datagramsPerNodeSecond - 2) < 0.1)
        #expect(result.disseminations.count == 5)
        #expect(result.disseminations.allSatisfy { $0 < 12 })
        #expect(result.spreads.allSatisfy { $0 >= 0 })
        #expect(try #require(result.convergence) < 10)
    }

    @Test func thePicturesAreXML() async throws {
        let report = try await report([8, 16])
        for picture in [report.times, report.load] {
            #expect(XMLReader(picture.svg).elements["svg"] == 1)
        }
        #expect(report.text.split(separator: "\n").count > 3)
        #expect(try JSONSerialization.jsonObject(with: Data(report.json().utf8)) is [String: Any])
    }
}
