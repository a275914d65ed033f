import Memberlist
import ProcessSupport
import Synchronization
import Testing

/// Clusters of whole nodes over ways that lose, delay, and are cut.
@Suite(.timeLimit(.minutes(10)))
struct InMemoryNetworkTests {
    /// Joins all to the first, and waits until all see all.
    private func gather(_ nodes: [Memberlist]) async throws {
        for node in nodes.dropFirst() {
            // Through what the network loses, one attempt may fail.
            try await poll("the join of \(node.localMember.name)", within: .seconds(60)) {
                await node.join([nodes[0].address]).allSatisfy(\.succeeded)
            }
        }
        for node in nodes { try await node.seesAlive(nodes.count) }
    }

    private final class Names: Sendable {
        private let names = Mutex<Set<NodeName>>([])
        var count: Int { names.withLock(\.count) }
        func insert(_ name: NodeName) { names.withLock { _ = $0.insert(name) } }
    }

    private func configurations(_ names: [String], label: String = "") -> [MemberlistConfiguration] {
        names.map { local($0) { $0.label = label } }
    }

    @Test func fourNodesMeetAndTalk() async throws {
        let network = InMemoryNetwork()
        let transports = (0..<4).map { _ in network.transport() }
        #expect(Set(transports.map(\.endpoint)).count == 4)
        try await withNodes(configurations(["a", "b", "c", "d"]), over: transports) { nodes in
            try await gather(nodes)
            #expect(nodes.map(\.localMember.endpoint) == transports.map(\.endpoint))
            try await nodes[0].isAnswered(by: "d")
            let events = nodes[3].events
            try await nodes[0].send([1], to: "d")
            try await events.first { $0 == .message(payload: [1], from: transports[0].endpoint) }
            let all = nodes.dropFirst().map(\.events)
            try await nodes[0].broadcast([2])
            for events in all {
                try await events.first { if case .message([2], _) = $0 { true } else { false } }
            }
            #expect(try await nodes[3].leave().isComplete)
            try await nodes[0].sees("d", .left)
        }
    }

    @Test func aPartitionIsNoticedAndItsHealToo() async throws {
        let network = InMemoryNetwork()
        let transports = (0..<4).map { _ in network.transport() }
        try await withNodes(configurations(["a", "b", "c", "d"]), over: transports) { nodes in
            try await gather(nodes)
            network.partition(transports[..<2].map(\.endpoint))
            for (node, lost) in zip(nodes, ["c", "c", "a", "a"]) {
                try await node.sees(NodeName(lost), .dead)
            }
            for node in nodes { try await node.seesAlive(2) }
            #expect(nodes[0].alive == ["a", "b"])
            #expect(nodes[3].alive == ["c", "d"])
            let across = await nodes[0].join([nodes[3].address], timeout: .seconds(1))
            #expect(across.map(\.outcome) == [.failure(.timedOut)])

            network.heal()
            try await gather(nodes)
        }
    }

    @Test func aThirdOfAllDatagramsMayBeLost() async throws {
        let network = InMemoryNetwork(seed: 3, .init(loss: 0.3))
        let transports = (0..<4).map { _ in network.transport() }
        try await withNodes(configurations(["a", "b", "c", "d"]), over: transports) { nodes in
            try await gather(nodes)
            let heard = Names()
            let listeners = nodes.dropFirst().map { node in
                Task {
                    for await event in node.events {
                        if case .message([9], _) = event { heard.insert(node.localMember.name) }
                    }
                }
            }
            // Each alone may be lost.
            try await poll("a broadcast at all", within: .seconds(60)) {
                try await nodes[0].broadcast([9])
                return heard.count == 3
            }
            for listener in listeners { listener.cancel() }
            try await poll("400 datagrams", within: .seconds(60)) { network.tally.sent >= 400 }
            let tally = network.tally
            let share = Double(tally.lost) / Double(tally.sent)
            #expect(0.2...0.4 ~= share, "\(tally)")
        }
    }

    @Test func aDelayIsWhatAPingTakes() async throws {
        let delay = Duration.milliseconds(40)
        let network = InMemoryNetwork(seed: 1, .init(delay: delay, jitter: .milliseconds(5)))
        let transports = (0..<2).map { _ in network.transport() }
        try await withNodes(configurations(["a", "b"]), over: transports) { nodes in
            try await gather(nodes)
            #expect(try await nodes[0].isAnswered(by: "b") >= delay * 2)
            // In many chunks, each delayed, in order all the same.
            let payload = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 >> 8 ^ $0) }
            let events = nodes[1].events
            try await nodes[0].sendReliably(payload, to: "b", timeout: .seconds(30))
            try await events.first { $0 == .message(payload: payload, from: transports[0].endpoint) }
        }
    }

    /// What one cannot reach, a helper can: nobody is declared failed.
    @Test func aWayThatIsCutInOneDirectionFailsNobody() async throws {
        let network = InMemoryNetwork()
        let transports = (0..<4).map { _ in network.transport() }
        try await withNodes(configurations(["a", "b", "c", "d"]), over: transports) { nodes in
            try await gather(nodes)
            let failures = nodes.map(\.events)
            network.cut(from: transports[0].endpoint, to: transports[1].endpoint)
            let start = network.tally
            try await poll("probes", within: .seconds(60)) {
                network.tally.sent >= start.sent + 200 && network.tally.lost >= start.lost + 5
            }
            #expect(nodes.allSatisfy { $0.alive.count == 4 })
            await #expect(throws: MemberlistError.timedOut) {
                try await nodes[0].sendReliably([1], to: "b", timeout: .milliseconds(300))
            }
            network.heal(from: transports[0].endpoint, to: transports[1].endpoint)
            try await nodes[0].sendReliably([1], to: "b", timeout: .seconds(30))
            for (node, events) in zip(nodes, failures) {
                await node.shutdown()
                for await event in events {
                    if case .failed(let member, _) = event {
                        Issue.record("\(member.name) failed")
                    }
                }
            }
        }
    }

    @Test func labelsThatDifferKeepNodesApart() async throws {
        let network = InMemoryNetwork()
        let transports = (0..<2).map { _ in network.transport() }
        let configurations = [local("a") { $0.label = "blue" }, local("b") { $0.label = "red" }]
        try await withNodes(configurations, over: transports) { nodes in
            for (from, to) in [(0, 1), (1, 0)] {
                let results = await nodes[from].join([nodes[to].address])
                #expect(results.map(\.succeeded) == [false])
            }
            #expect(nodes.map(\.members.count) == [1, 1])
        }
    }

    @Test func anEndpointIsOneNodesUntilItIsShutDown() async throws {
        let network = InMemoryNetwork()
        let transports = (0..<2).map { _ in network.transport() }
        try await withNodes(configurations(["a", "b"]), over: transports) { nodes in
            try await gather(nodes)
            let place = transports[0].endpoint
            await #expect(throws: MemberlistError.self) {
                try await Memberlist.create(local("c"), transport: network.transport(at: place))
            }
            // The one that could not start has taken nothing from the one that is there.
            try await nodes[1].isAnswered(by: "a")
            await nodes[0].shutdown()
            let again = try await Memberlist.create(local("a"), transport: network.transport(at: place))
            #expect(await again.join([nodes[1].address]).allSatisfy(\.succeeded))
            try await again.isAnswered(by: "b")
            await again.shutdown()
        }
    }

    // MARK: The network by itself

    private final class Recorder: TransportReceiver {
        let datagrams = Mutex<[[UInt8]]>([])
        let streams = Mutex<[any MemberlistStream]>([])
        func receive(_ datagram: [UInt8], from sender: Endpoint) {
            datagrams.withLock { $0.append(datagram) }
        }
        func accept(_ stream: any MemberlistStream, from peer: Endpoint) {
            streams.withLock { $0.append(stream) }
        }
    }

    /// Which of a thousand datagrams come from the first to the second, with others between them.
    private func survivors(seed: UInt64, traffic: Int = 0) async throws -> [[UInt8]] {
        let network = InMemoryNetwork(seed: seed, .init(loss: 0.5))
        let (first, second, recorder) = (network.transport(), network.transport(), Recorder())
        _ = try await second.start(recorder)
        for number in 0..<1_000 {
            for _ in 0..<traffic { _ = second.send([], to: first.endpoint) }
            _ = first.send([UInt8(number >> 8), UInt8(number & 0xff)], to: second.endpoint)
        }
        return recorder.datagrams.withLock { $0 }
    }

    @Test func theSeedDecidesWhichDatagramsAreLost() async throws {
        let survivors = try await survivors(seed: 1)
        #expect(400...600 ~= survivors.count)
        #expect(try await self.survivors(seed: 1, traffic: 2) == survivors)
        #expect(try await self.survivors(seed: 2) != survivors)
    }

    /// A stream between two places, both ends.
    private func stream(_ network: InMemoryNetwork) async throws -> [any MemberlistStream] {
        let (first, second, recorder) = (network.transport(), network.transport(), Recorder())
        _ = try await first.start(Recorder())
        _ = try await second.start(recorder)
        let near = try await first.connect(to: second.endpoint, until: .now + .seconds(60))
        return [near] + recorder.streams.withLock { $0 }
    }

    @Test func aWriterWaitsForItsReader() async throws {
        let ends = try await stream(InMemoryNetwork())
        let (near, far) = (ends[0], ends[1])
        let bytes = [UInt8](repeating: 1, count: 4 << 20)
        let writer = Task { try await near.write(bytes) }
        var count = 0
        while count < bytes.count { count += try await far.read()?.count ?? bytes.count }
        #expect(count == bytes.count)
        try await writer.value
        // Without a reader it could only wait, and a cancelled task must not.
        let stuck = Task { try await near.write(bytes) }
        stuck.cancel()
        await #expect(throws: (any Error).self) { try await stuck.value }
    }

    @Test func whatWasWrittenBeforeACloseIsRead() async throws {
        let ends = try await stream(InMemoryNetwork(seed: 0, .init(delay: .milliseconds(20))))
        let (near, far) = (ends[0], ends[1])
        try await near.write([1, 2, 3])
        near.close()
        #expect(try await far.read() == [1, 2, 3])
        #expect(try await far.read() == nil)
        await #expect(throws: (any Error).self) { try await far.write([1]) }
        await #expect(throws: (any Error).self) { try await near.read() }
    }

    @Test func aCutBreaksStreams() async throws {
        let network = InMemoryNetwork()
        let ends = try await stream(network)
        let reader = Task { try await ends[1].read() }
        network.partition([try endpoint("10.0.0.1")])
        await #expect(throws: MemberlistError.unreachable) { try await reader.value }
        await #expect(throws: (any Error).self) { try await ends[0].write([1]) }
    }
}
