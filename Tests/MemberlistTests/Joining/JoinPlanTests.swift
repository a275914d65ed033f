import MemberlistWire
import Testing

@testable import Memberlist

/// Which address is tried when, and what is told of each.
@Suite struct JoinPlanTests {
    private func endpoint(_ last: UInt8) throws -> Endpoint {
        Endpoint(address: try #require(IPAddress(bytes: [10, 0, 0, last])), port: 7946)
    }

    /// The steps that may be started now, as text.
    private func steps(_ plan: inout JoinPlan, atMost count: Int = .max) -> [String] {
        var steps: [String] = []
        while steps.count < count, let step = plan.next() {
            switch step {
            case .resolve(let index, _): steps.append("resolve \(index)")
            case .dial(let index, let endpoint, let name):
                let suffix = name.map { " \($0)" } ?? ""
                steps.append("dial \(index) \(endpoint.address)\(suffix)")
            }
        }
        return steps
    }

    @Test func namesTakeTurns() throws {
        var plan = JoinPlan(["a", "web-1/b", "a b"])
        #expect(steps(&plan) == ["resolve 0", "resolve 1"])
        plan.resolved(0, .success([try endpoint(1), try endpoint(2), try endpoint(3)]))
        plan.resolved(1, .success([try endpoint(4)]))
        #expect(
            steps(&plan) == [
                "dial 0 10.0.0.1", "dial 1 10.0.0.4 web-1", "dial 0 10.0.0.2", "dial 0 10.0.0.3",
            ]
        )
        #expect(!plan.isDecided)
    }

    @Test func noMoreOfANameIsTriedOnceOneHasAnswered() throws {
        var plan = JoinPlan(["a"])
        _ = steps(&plan)
        plan.resolved(0, .success([try endpoint(1), try endpoint(2), try endpoint(3)]))
        #expect(steps(&plan, atMost: 2) == ["dial 0 10.0.0.1", "dial 0 10.0.0.2"])
        plan.dialled(0, try endpoint(1), .failure(.unreachable))
        #expect(!plan.isDecided)
        plan.dialled(0, try endpoint(2), .success(3))
        #expect(plan.isDecided)
        #expect(steps(&plan).isEmpty)
        let results = plan.results(otherwise: .timedOut)
        #expect(results == [JoinResult(address: "a", endpoint: try endpoint(2), outcome: .success(3))])
    }

    @Test func everyAddressHasAResultInTheOrderGiven() throws {
        var plan = JoinPlan(["[::1", "gone", "dead", "cut"])
        #expect(steps(&plan).count == 3)
        plan.resolved(1, .failure(.unresolved))
        plan.resolved(2, .success([try endpoint(1)]))
        #expect(steps(&plan).count == 1)
        plan.dialled(2, try endpoint(1), .failure(.unreachable))
        #expect(!plan.isDecided)
        let results = plan.results(otherwise: .cancelled)
        #expect(results.map(\.address) == ["[::1", "gone", "dead", "cut"])
        let outcomes: [Result<Int, JoinError>] = [
            .failure(.malformedAddress(.bareIPv6)), .failure(.unresolved), .failure(.unreachable),
            .failure(.cancelled),
        ]
        #expect(results.map(\.outcome) == outcomes)
    }
}
