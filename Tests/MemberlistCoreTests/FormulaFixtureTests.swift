import FixtureSupport
import MemberlistCore
import Testing

/// The scaling formulas against HashiCorp's results. `encryptedLength` is the wire's and is held there.
@Suite struct FormulaFixtureTests {
    // The names are the fixture's.
    // swift-format-ignore: AlwaysUseLowerCamelCase
    struct Call: Decodable {
        var fn: String
        var mult: Int?
        var n: Int
        var out: Int64
        var interval_ns: Int64?
        var elapsed_ns: Int64?
        var k: Int?
        var max_ns: Int64?
        var min_ns: Int64?
    }

    @Test func everyCallGivesTheSameResult() throws {
        for call in try Fixtures.lines("formulas.jsonl", as: Call.self) {
            let result: Int64
            switch call.fn {
            case "retransmitLimit":
                result = Int64(Formulas.retransmitLimit(multiplier: try #require(call.mult), members: call.n))
            case "suspicionTimeout_ns":
                result = Formulas.suspicionTimeout(
                    multiplier: try #require(call.mult),
                    members: call.n,
                    interval: try #require(call.interval_ns)
                )
            case "pushPullScale_ns":
                result = Formulas.pushPullInterval(try #require(call.interval_ns), members: call.n)
            case "remainingSuspicionTime_ns":
                result = Formulas.remainingSuspicion(
                    confirmations: call.n,
                    expected: try #require(call.k),
                    elapsed: try #require(call.elapsed_ns),
                    minimum: try #require(call.min_ns),
                    maximum: try #require(call.max_ns)
                )
            case "encryptedLength":
                continue
            default:
                Issue.record("unknown formula \(call.fn)")
                continue
            }
            #expect(result == call.out, "\(call)")
        }
    }
}
