import MemberlistCore
import Metrics
import MetricsTestKit
import ProcessSupport
import Testing

@testable import Memberlist

/// What is counted, and what it means: HashiCorp's names with HashiCorp's meanings.
@Suite(.timeLimit(.minutes(10)))
struct MetricsTests {
    /// Two nodes, of which the first is measured.
    private func measured(
        _ change: @escaping @Sendable (inout MemberlistConfiguration) -> Void = { _ in },
        _ body: @escaping @Sendable (TestMetrics, Memberlist, Memberlist) async throws -> Void
    ) async throws {
        let metrics = TestMetrics()
        try await withNodes([local("b", change)]) { others in
            try await withMetricsFactory(metrics) {
                try await withNodes([local("a", change)]) { nodes in
                    try await body(metrics, nodes[0], others[0])
                }
            }
        }
    }

    private func joined(_ node: Memberlist, _ other: Memberlist) async throws {
        #expect(await node.join([other.address]).allSatisfy(\.succeeded))
        try await node.seesAlive(2)
        try await other.seesAlive(2)
    }

    @Test func messagesAreCountedOnceForWhatTheyChange() async throws {
        try await measured { metrics, node, other in
            try await joined(node, other)
            func total(_ label: String) -> Int64 { metrics.counterTotal(label: "memberlist.\(label)") }
            #expect(total("msg.alive") == 1)
            let events = node.events
            try await other.updateMeta([1])
            try await events.first { if case .updated = $0 { true } else { false } }
            #expect(total("msg.alive") == 2)
            // Gossip repeats it: heard more often than counted.
            #expect(metrics.counterTotal(label: "memberlist.msg.heard", dimensions: [("type", "alive")]) >= 1)
            _ = try await other.leave()
            try await events.first { if case .left = $0 { true } else { false } }
            #expect(total("msg.dead") == 1 && total("msg.suspect") == 0)
            #expect(total("tcp.connect") >= 1 && total("tcp.sent") > 0)
            #expect(total("udp.sent") > 0 && total("udp.received") > 0)
        }
    }

    @Test func membersAreCountedByState() async throws {
        try await measured { metrics, node, other in
            try await joined(node, other)
            func instances(_ state: String) -> Double? {
                try? metrics.expectGauge("memberlist.node.instances", [("node_state", state)]).lastValue
            }
            #expect(instances("alive") == 2 && instances("left") == 0)
            let events = node.events
            _ = try await other.leave()
            try await events.first { if case .left = $0 { true } else { false } }
            #expect(instances("alive") == 1 && instances("left") == 1)
            #expect(instances("dead") == 0 && instances("suspect") == 0)
            #expect(try metrics.expectGauge("memberlist.members").lastValue == 2)
        }
    }

    @Test func statesAreMeasured() async throws {
        try await measured { metrics, node, other in
            try await joined(node, other)
            let sent = try #require(try metrics.expectGauge("memberlist.size.local").lastValue)
            let received = try metrics.expectRecorder("memberlist.size.remote").values
            #expect(sent > 50 && received.count >= 1 && received.allSatisfy { $0 > 50 })
            #expect(try metrics.expectTimer("memberlist.pushPullNode").values.count >= 1)
        }
    }

    @Test func probesAreCountedByTheirPath() async throws {
        try await measured { metrics, node, other in
            try await joined(node, other)
            // A probe a second; the hook's event comes after its count.
            try await poll("answered probes", within: .seconds(60)) {
                metrics.counterTotal(label: "memberlist.probe.outcome", dimensions: [("path", "direct")]) > 1
            }
            let times = try metrics.expectTimer("memberlist.probe.rtt", [("path", "direct")]).values
            #expect(times.count >= 1 && times.allSatisfy { $0 > 0 })
            #expect(try metrics.expectTimer("memberlist.probeNode").values.count >= 1)
            #expect(try metrics.expectTimer("memberlist.gossip").values.count >= 1)
        }
    }

    @Test func aSilentMembersProbesFailAndTheFailureIsUnconfirmed() async throws {
        try await measured { metrics, node, other in
            try await joined(node, other)
            let events = node.events
            await other.shutdown()
            try await events.first { if case .failed = $0 { true } else { false } }
            #expect(
                metrics.counterTotal(label: "memberlist.probe.outcome", dimensions: [("path", "failed")]) >= 1
            )
            #expect(metrics.counterTotal(label: "memberlist.msg.suspect") == 1)
            #expect(metrics.counterTotal(label: "memberlist.msg.dead") == 1)
            // Two nodes: nobody could have confirmed, and nobody was asked to.
            #expect(metrics.counterTotal(label: "memberlist.degraded.timeout") == 0)
        }
    }

    @Test func whatIsRefusedIsCountedByItsReason() async throws {
        let key = try SecretKey.random()
        try await measured({ $0.keyring = Keyring(primary: key) }) { metrics, node, other in
            @Sendable func refused(_ reason: String) -> Int64 {
                metrics.counterTotal(label: "memberlist.udp.refused", dimensions: [("reason", reason)])
            }
            let socket = try PlainSocket(port: Int(node.localMember.endpoint.port))
            await socket.flood(3) { _ in [UInt8](repeating: 1, count: 60) }
            try await poll("refusals", within: .seconds(60)) { refused("decrypt") == 3 }
            #expect(metrics.counterTotal(label: "memberlist.decrypt.failed") == 3)
            await socket.flood(2) { _ in [244, 3, 1, 2, 3] + [UInt8](repeating: 1, count: 60) }
            try await poll("refusals", within: .seconds(60)) { refused("label") == 2 }
            #expect(metrics.counterTotal(label: "memberlist.decrypt.failed") == 3)
        }
    }

    @Test func whatIsToldAndComesBackIsTimed() async throws {
        try await measured { metrics, node, other in
            try await joined(node, other)
            try await node.updateMeta([7])
            try await poll("the news that comes back", within: .seconds(60)) {
                try metrics.expectTimer("memberlist.propagation").values.count >= 1
            }
            let payload: [UInt8] = [1]
            try await node.broadcast(payload)
            try await poll("the broadcast's end", within: .seconds(60)) {
                try metrics.expectTimer("memberlist.broadcast.time").values.count == 1
            }
            await #expect(throws: MemberlistError.self) {
                try await node.broadcast([UInt8](repeating: 0, count: 60_000))
            }
        }
    }

    @Test func queuesAreMeasuredByTheirClass() async throws {
        try await measured { metrics, node, _ in
            try await node.broadcast([1], name: "one")
            try await node.broadcast([2], name: "two")
            try await node.node.handle.ask { $0.checkQueues() }
            func depth(_ kind: String) -> Double? {
                try? metrics.expectGauge("memberlist.queue.depth", [("class", kind)]).lastValue
            }
            #expect(depth("application") == 2 && depth("hooks") == 0)
            #expect(depth("membership") == 1)
            #expect(try metrics.expectRecorder("memberlist.queue.broadcasts").values == [1])
        }
    }

    @Test func whatAFullQueueLosesIsCountedByItsClass() async throws {
        try await measured({ $0.broadcasts.maximumCount = 2 }) { metrics, node, other in
            try await joined(node, other)
            @Sendable func dropped(_ kind: String) -> Int64 {
                metrics.counterTotal(label: "memberlist.queue.dropped", dimensions: [("class", kind)])
            }
            @Sendable func refused() -> Int64 {
                metrics.counterTotal(
                    label: "memberlist.broadcast.refused",
                    dimensions: [("reason", "queue_full")]
                )
            }
            var refusals: Int64 = 0
            // Full of what was never sent, it refuses; a round of gossip later what was sent gives way.
            let end = ContinuousClock.now + .seconds(60)
            while dropped("application") == 0 || refusals == 0, ContinuousClock.now < end {
                do {
                    try await node.broadcast([1])
                } catch MemberlistError.queueFull {
                    refusals += 1
                }
            }
            #expect(dropped("application") >= 1 && dropped("membership") == 0)
            #expect(refusals >= 1 && refused() == refusals)
        }
    }

    @Test func whoAFullTableRefusesAndWhoIsLookedForIsCounted() async throws {
        try await measured({
            $0.maximumMembers = 2
            $0.healing.interval = .milliseconds(500)
        }) { metrics, node, other in
            try await joined(node, other)
            try await withNodes([local("c")]) { more in
                #expect(await more[0].join([node.address]).allSatisfy(\.succeeded))
                try await poll("a refused member", within: .seconds(60)) {
                    metrics.counterTotal(label: "memberlist.members.refused") >= 1
                }
            }
            await other.shutdown()
            try await poll("an attempt", within: .seconds(60)) {
                metrics.counterTotal(label: "memberlist.rejoin.attempts") >= 1
            }
        }
    }

    @Test func whatASlowReaderMissesIsCounted() async throws {
        try await measured({ $0.eventBuffer = 2 }) { metrics, node, other in
            try await joined(node, other)
            let slow = node.events
            for byte in UInt8(1)...6 { try await other.sendReliably([byte], to: "a") }
            try await poll("dropped events", within: .seconds(60)) {
                metrics.counterTotal(label: "memberlist.events.dropped") >= 4
            }
            withExtendedLifetime(slow) {}
        }
    }
}
