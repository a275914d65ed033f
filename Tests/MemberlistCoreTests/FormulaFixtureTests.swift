import FixtureSupport
import MemberlistCore
import Testing

/// The scaling formulas against HashiCorp's results. `encryptedLength` is the wire's: see `EncryptedLengthTests`.
@Suite struct FormulaFixtureTests {
    struct Call: Decodable {
        var fn: String
        var mult: Int?
        var n: Int
        var out: Int64
        var interval: Int64?
        var elapsed: Int64?
        var k: Int?
        var maximum: Int64?
        var minimum: Int64?

        enum CodingKeys: String, CodingKey {
            case fn, mult, n, out, k
            case interval = "interval_ns"
            case elapsed = "elapsed_ns"
            case maximum = "max_ns"
            case minimum = "min_ns"
        }
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
                    interval: try #require(call.interval)
                )
            case "pushPullScale_ns":
                result = Formulas.pushPullInterval(try #require(call.interval), members: call.n)
            case "remainingSuspicionTime_ns":
                result = Formulas.remainingSuspicion(
                    confirmations: call.n,
                    expected: try #require(call.k),
                    elapsed: try #require(call.elapsed),
                    minimum: try #require(call.minimum),
                    maximum: try #require(call.maximum)
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
