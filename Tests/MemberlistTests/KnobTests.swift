import Metrics
import MetricsTestKit
import ProcessSupport
import Testing

@testable import Memberlist

/// Knobs that say who is let in, what waits and what is counted, on nodes that run.
@Suite(.timeLimit(.minutes(10)))
struct KnobTests {
    @Test func whoIsOutsideTheNetworksIsNotHeard() async throws {
        let (metrics, lines) = (TestMetrics(), LogLines())
        let closed = local("closed") { $0.allowedNetworks = [] }
        let elsewhere = local("elsewhere") {
            $0.allowedNetworks = [IPNetwork("10.0.0.0/8")].compactMap(\.self)
        }
        let open = local("open") { $0.allowedNetworks = [IPNetwork("127.0.0.0/8")].compactMap(\.self) }
        try await withMetricsFactory(metrics) {
            try await withNodes([closed, elsewhere, open, local("b")], logs: [lines]) { nodes in
                for node in nodes.prefix(2) {
                    #expect(await nodes[3].join([node.address]).allSatisfy { !$0.succeeded })
                    #expect(
                        await node.join([nodes[3].address]).map(\.outcome) == [.failure(.networkNotAllowed)]
                    )
                    #expect(node.members.count == 1)
                }
                #expect(nodes[3].members.count == 1)
                #expect(await nodes[3].join([nodes[2].address]).allSatisfy(\.succeeded))
                for node in nodes.suffix(2) { try await node.seesAlive(2) }
            }
        }
        let refused = metrics.counterTotal(
            label: "memberlist.tcp.refused",
            dimensions: [("reason", "network")]
        )
        #expect(refused >= 2)
        #expect(!lines.having("debug", "outside allowedNetworks").isEmpty)
    }

    @Test func aMemberThatAdvertisesAnotherNetworkIsToldOf() async throws {
        let lines = LogLines()
        let open = local("open") { $0.allowedNetworks = [IPNetwork("127.0.0.0/8")].compactMap(\.self) }
        let mapped = local("mapped") {
            $0.advertiseHost = "192.0.2.1"
            $0.advertisePort = 7946
        }
        try await withNodes([open, mapped], logs: [lines]) { nodes in
            #expect(await nodes[0].join([nodes[1].node.bound.description]).allSatisfy(\.succeeded))
            #expect(nodes[0].member(named: "mapped") == nil)
            #expect(!lines.having("warning", "outside the networks", "192.0.2.1", "mapped").isEmpty)
        }
    }

    /// A host name's addresses are looked up anew when somebody is lost; those outside are left out then too.
    @Test func healingStaysInsideTheNetworks() async throws {
        let lines = LogLines()
        let careful = local("careful") {
            $0.allowedNetworks = [IPNetwork("127.0.0.2")].compactMap(\.self)
            ($0.healing.interval, $0.healing.maximumInterval) = (.milliseconds(50), .milliseconds(250))
        }
        try await withNodes([careful, local("b")], logs: [lines]) { nodes in
            let outside = "localhost:\(nodes[1].localMember.endpoint.port)"
            // Nobody listens at the first one, so that it is tried again and again.
            let results = await nodes[0].join(["127.0.0.2:1", outside])
            #expect(results.last?.outcome == .failure(.networkNotAllowed))
            try await poll("attempts at a seed", within: .seconds(60)) {
                lines.having("trying a seed").count >= 10
            }
            #expect(lines.having("trying a seed").allSatisfy { $0.contains("127.0.0.2:1") })
            #expect(nodes.allSatisfy { $0.members.count == 1 })
        }
    }

    @Test func nodeNamesCanBeRequired() async throws {
        let strict = local("strict") { $0.requiresNodeNames = true }
        try await withNodes([strict, local("b")]) { nodes in
            let address = nodes[1].address
            #expect(await nodes[0].join([address]).map(\.outcome) == [.failure(.nameMissing)])
            // Nor is it looked up.
            #expect(await nodes[0].join(["nobody.invalid"]).map(\.outcome) == [.failure(.nameMissing)])
            #expect(await nodes[0].join(["/\(address)"]).allSatisfy { !$0.succeeded })
            #expect(await nodes[0].join(["b/\(address)"]).map(\.outcome) == [.success(1)])
            try await nodes[0].seesAlive(2)
            // Where names are not required they may be said all the same.
            #expect(await nodes[1].join(["strict/\(nodes[0].address)"]).allSatisfy(\.succeeded))
        }
    }

    /// A hook that waits until it is let go.
    private final class SlowDelegate: MemberlistDelegate {
        let started: AsyncStream<Void>
        let heard: AsyncStream<Int>
        private let begin: AsyncStream<Void>.Continuation
        private let hear: AsyncStream<Int>.Continuation
        private let gate: AsyncStream<Void>
        let open: AsyncStream<Void>.Continuation

        init() {
            (started, begin) = AsyncStream.makeStream()
            (heard, hear) = AsyncStream.makeStream()
            (gate, open) = AsyncStream.makeStream()
        }

        func messageReceived(_ payload: [UInt8], from: Endpoint) async {
            begin.yield()
            for await _ in gate {}
            hear.yield(Int(payload[0]))
        }
    }

    @Test func theHookQueueIsAsDeepAsItIsSet() async throws {
        let (delegate, lines) = (SlowDelegate(), LogLines())
        let slow = try await Memberlist.create(
            local("slow") { $0.hookQueue = 3 },
            delegate: delegate,
            logger: lines.logger
        )
        try await withNodes([local("b")]) { nodes in
            #expect(await nodes[0].join([slow.address]).allSatisfy(\.succeeded))
            try await nodes[0].seesAlive(2)
            let events = slow.events
            try await nodes[0].sendReliably([1], to: "slow")
            try await within { for await _ in delegate.started { return } }
            for number in 2...6 as ClosedRange<UInt8> {
                try await nodes[0].sendReliably([number], to: "slow")
                try await events.first { $0.payload == [number] }
            }
            #expect(!lines.having("warning", "the delegate is too slow").isEmpty)
            delegate.open.finish()
            let heard = try await within {
                var heard: [Int] = []
                for await number in delegate.heard {
                    heard.append(number)
                    if heard.count == 4 { break }
                }
                return heard
            }
            #expect(heard == [1, 2, 3, 4], "one ran, three waited, two were dropped")
        }
        await slow.shutdown()
    }

    @Test func labelsAreOnEveryMetric() async throws {
        let metrics = TestMetrics()
        let labels = [("dc", "eu"), ("rack", "7")]
        let labelled = local("a") {
            $0.metrics.labels = ["rack": "7", "dc": "eu"]
            $0.metrics.queueCheckInterval = .milliseconds(10)
        }
        try await withMetricsFactory(metrics) {
            try await withNodes([labelled]) { nodes in
                // Nobody is there to hear what it says of itself, so that waits.
                try await poll("what waits, with its labels", within: .seconds(60)) {
                    let queue = try? metrics.expectRecorder("memberlist.queue.broadcasts", labels)
                    return (queue?.lastValue ?? 0) >= 1
                }
                #expect(throws: Never.self) { try metrics.expectCounter("memberlist.udp.sent", labels) }
                #expect(throws: Never.self) { try metrics.expectGauge("memberlist.health.score", labels) }
            }
        }
        let ours = metrics.counters.filter { $0.label.hasPrefix("memberlist.") }
        let bare = ours.filter { metric in
            !labels.allSatisfy { label in metric.dimensions.contains { $0 == label } }
        }
        #expect(!ours.isEmpty && bare.isEmpty, "\(bare.map(\.label))")
    }

    @Test func theQueueIsLookedAtAsOftenAsItIsSet() async throws {
        let (often, never) = (TestMetrics(), TestMetrics())
        func looks(_ metrics: TestMetrics) throws -> Int {
            try metrics.expectRecorder("memberlist.queue.broadcasts").values.count
        }
        let quiet = try await withMetricsFactory(never) {
            try await Memberlist.create(local("b") { $0.metrics.queueCheckInterval = .zero })
        }
        try await withMetricsFactory(often) {
            try await withNodes([local("a") { $0.metrics.queueCheckInterval = .milliseconds(20) }]) { _ in
                try await poll("looks at the queue", within: .seconds(20)) { try looks(often) >= 3 }
            }
        }
        #expect(try looks(never) == 0)
        await quiet.shutdown()
    }
}
