import Foundation
import MemberlistSimulator
import Testing

@Suite struct DistributionTests {
    @Test func nothingHasNone() {
        #expect(Distribution([]) == nil)
    }

    @Test func oneIsEverything() throws {
        let spread = try #require(Distribution([.milliseconds(1_500)]))
        #expect(spread.count == 1)
        for time in [spread.median, spread.percentile99, spread.percentile999, spread.maximum] {
            #expect(time == .milliseconds(1_500))
        }
    }

    @Test func ranksAreTheNearest() throws {
        let spread = try #require(Distribution((1...1_000).reversed().map { .milliseconds($0) }))
        #expect(spread.count == 1_000)
        #expect(spread.median == .milliseconds(500))
        #expect(spread.percentile99 == .milliseconds(990))
        #expect(spread.percentile999 == .milliseconds(999))
        #expect(spread.maximum == .milliseconds(1_000))
    }

    @Test func fewTimesHaveTheLongestForTheRare() throws {
        let spread = try #require(Distribution([3, 1, 2, 4].map { .seconds($0) }))
        #expect(spread.median == .seconds(2))
        #expect(spread.percentile99 == .seconds(4))
    }

    @Test func jsonIsInSecondsAndComesBack() throws {
        let spread = try #require(Distribution([.microseconds(1_500_001), .seconds(3)]))
        let data = try JSONEncoder().encode(spread)
        let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Double])
        #expect(object["count"] == 2)
        #expect(object["medianSeconds"] == 1.500_001)
        #expect(object["maximumSeconds"] == 3)
        #expect(try JSONDecoder().decode(Distribution.self, from: data) == spread)
    }
}
