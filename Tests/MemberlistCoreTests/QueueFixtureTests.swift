import FixtureSupport
import MemberlistCore
import MemberlistWire
import Testing

/// The broadcast queue against traces of HashiCorp's.
@Suite struct QueueFixtureTests {
    struct Trace: Decodable {
        struct Operation: Decodable {
            var op: String
            var message: String?
            var name: String?
            var overhead: Int?
            var limit: Int?
            var out: [String]?
            var retain: Int?
            var queued: Int
        }
        var trace: Int
        var numNodes: Int
        var retransmitMult: Int
        var ops: [Operation]
    }

    @Test func everyTraceDrawsTheSameMessagesInTheSameOrder() throws {
        for trace in try Fixtures.lines("queue.jsonl", as: Trace.self) {
            let limit = Formulas.retransmitLimit(multiplier: trace.retransmitMult, members: trace.numNodes)
            var queue = BroadcastQueue()
            for (index, operation) in trace.ops.enumerated() {
                let place = "trace \(trace.trace), operation \(index)"
                switch operation.op {
                case "queue":
                    let message = try #require(operation.message)
                    queue.queue(Array(message.utf8), name: operation.name.map { NodeName($0) })
                case "get":
                    var drawn: [[UInt8]] = []
                    queue.draw(
                        overhead: try #require(operation.overhead),
                        limit: try #require(operation.limit),
                        transmitLimit: limit,
                        into: &drawn
                    )
                    #expect(
                        drawn.map { String(decoding: $0, as: UTF8.self) } == operation.out ?? [],
                        "\(place)"
                    )
                case "prune":
                    queue.prune(retain: try #require(operation.retain))
                default:
                    Issue.record("\(place): unknown operation \(operation.op)")
                }
                #expect(queue.count == operation.queued, "\(place)")
            }
        }
    }
}
