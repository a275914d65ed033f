import Foundation
import MemberlistCore
import MemberlistWire
import Metrics
import MetricsTestKit
import ProcessSupport
import Testing

@testable import Memberlist

/// The article "Metrics" lists every metric with its kind and its labels, and nothing else.
@Suite struct MetricsTableTests {
    private struct Row: Hashable, CustomStringConvertible {
        var name: String
        var kind: String
        var labels: Set<String>

        var description: String { "\(name) \(kind) \(labels.sorted())" }
    }

    private static let path = "Sources/Memberlist/Memberlist.docc/Metrics.md"

    private func documented() throws -> Set<Row> {
        let text = try String(
            contentsOf: Programs.packageTop.appendingPathComponent(Self.path),
            encoding: .utf8
        )
        var rows: Set<Row> = []
        for line in text.split(separator: "\n") where line.hasPrefix("| `memberlist.") {
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            try #require(cells.count == 4, "\(line)")
            let labels = cells[2].split(separator: "`").enumerated().filter { $0.offset % 2 == 0 }
            rows.insert(
                Row(
                    name: cells[0].replacing("`", with: ""),
                    kind: cells[1],
                    labels: Set(labels.map { String($0.element).trimmingCharacters(in: .whitespaces) })
                        .subtracting(["", "—", "-"])
                )
            )
        }
        return rows
    }

    private func made() throws -> Set<Row> {
        let metrics = TestMetrics()
        let key = try SecretKey.random()
        try withMetricsFactory(metrics) {
            let peers = KeyPeers()
            let peer = Endpoint(address: try #require(IPAddress("127.0.0.1")), port: 1)
            peers.note(key.id, by: peer, at: .now, members: 1)
            NodeMetrics().record(Keyring(primary: key).usage, peers: peers, at: .now)
        }
        var rows: Set<Row> = []
        func add(_ name: String, _ kind: String, _ dimensions: [(String, String)]) {
            rows.insert(Row(name: name, kind: kind, labels: Set(dimensions.map(\.0))))
        }
        for counter in metrics.counters { add(counter.label, "counter", counter.dimensions) }
        for timer in metrics.timers { add(timer.label, "timer", timer.dimensions) }
        for recorder in metrics.recorders {
            add(recorder.label, recorder.aggregate ? "samples" : "gauge", recorder.dimensions)
        }
        return rows
    }

    @Test func theTableAndTheCodeAreOne() throws {
        let (documented, made) = (try documented(), try made())
        #expect(made.count > 40)
        #expect(documented.subtracting(made).isEmpty, "only in the article")
        #expect(made.subtracting(documented).isEmpty, "only in the code")
    }

    @Test func everyMetricBearsTheNodesLabels() {
        let metrics = TestMetrics()
        withMetricsFactory(metrics) { _ = NodeMetrics(labels: ["cluster": "blue"]) }
        let all =
            metrics.counters.map(\.dimensions) + metrics.timers.map(\.dimensions)
            + metrics.recorders.map(\.dimensions)
        #expect(all.count > 60)
        #expect(all.allSatisfy { $0.contains { $0 == ("cluster", "blue") } })
    }

    /// HashiCorp's of memberlist 0.5.0, by its source.
    @Test func everyOneOfHashiCorpsIsThere() throws {
        let names = [
            "health.score", "queue.broadcasts", "tcp.accept", "udp.sent", "tcp.sent", "tcp.connect",
            "node.instances", "size.local", "size.remote", "udp.received", "probeNode", "degraded.probe",
            "gossip", "pushPullNode", "msg.alive", "msg.suspect", "degraded.timeout", "msg.dead",
        ]
        let made = Set(try made().map(\.name))
        #expect(names.allSatisfy { made.contains("memberlist.\($0)") })
    }
}
