import Foundation
import Memberlist
import MemberlistSimulator
import Synchronization
import Testing

/// The application of the examples: a map that is the same on all nodes. Each change is broadcast, whole maps meet
/// whenever two nodes exchange their state, and of two values the later one stays.
final class ReplicatedMap: MemberlistDelegate {
    private struct Entry: Codable {
        let key: String
        let value: String
        let version: Int
    }

    private let entries = Mutex<[String: Entry]>([:])

    func value(for key: String) -> String? {
        entries.withLock { $0[key]?.value }
    }

    /// Sets a value here, and returns what to broadcast.
    func set(_ value: String, for key: String) throws -> [UInt8] {
        try entries.withLock { entries in
            let entry = Entry(key: key, value: value, version: (entries[key]?.version ?? 0) + 1)
            entries[key] = entry
            return Array(try JSONEncoder().encode([entry]))
        }
    }

    func messageReceived(_ payload: [UInt8], from: Endpoint) async { merge(payload) }

    func mergeRemoteState(_ state: [UInt8], joining: Bool) async { merge(state) }

    func localState(joining: Bool) async -> [UInt8] {
        let entries = entries.withLock { $0.values.sorted { $0.key < $1.key } }
        return (try? JSONEncoder().encode(entries)).map(Array.init) ?? []
    }

    private func merge(_ bytes: [UInt8]) {
        guard let news = try? JSONDecoder().decode([Entry].self, from: Data(bytes)) else { return }
        entries.withLock { entries in
            for new in news {
                let old = entries[new.key]
                if (new.version, new.value) > (old?.version ?? 0, old?.value ?? "") { entries[new.key] = new }
            }
        }
    }
}

/// The documentation's examples, as they are run.
@Suite struct ExampleTests {
    @Test func allAgreeAfterAPartition() async throws {
        let maps = (0..<6).map { _ in ReplicatedMap() }
        let simulation = try Simulation(nodes: 5, seed: 42) { configuration, _ in
            configuration.gossip.pushPullInterval = .seconds(10)
        } delegates: { node in
            maps[node]
        }
        simulation.joinAll()
        try await simulation.expect(within: .seconds(10), "joining") { $0.isConverged }

        let cut = simulation.partition([0, 1])
        simulation[0].broadcast(try maps[0].set("blue", for: "colour"))
        simulation[4].broadcast(try maps[4].set("red", for: "colour"))
        await simulation.run(for: .seconds(5))
        #expect(maps[1].value(for: "colour") == "blue")
        #expect(maps[2].value(for: "colour") == "red")

        simulation.end(cut)
        let late = try simulation.addNode()
        late.join(through: simulation[2])
        try await simulation.expect(within: .seconds(60), "one colour") { _ in
            maps.allSatisfy { $0.value(for: "colour") == "red" }
        }
        try simulation.conclude()
    }

    @Test func aCrashIsFoundWithinThreeSeconds() async throws {
        let simulation = try Simulation(nodes: 5, seed: 42) { configuration, _ in
            configuration.probe.interval = .milliseconds(200)
            configuration.probe.timeout = .milliseconds(100)
            configuration.suspicion.multiplier = 2
            configuration.suspicion.maximumMultiplier = 2
        }
        simulation.joinAll()
        try await simulation.expect(within: .seconds(10), "joining") { $0.isConverged }
        let events = simulation[0].recordEvents()
        simulation[3].crash()
        try await simulation.expect(within: .seconds(3), "detection") { state in
            (0..<5).allSatisfy { $0 == 3 || state.belief(of: $0, about: "node-3") == .dead }
        }
        #expect(events.names(of: .failed) == ["node-3"])
        try simulation.conclude()
    }

    /// Answers each message with one of its own: a hook that calls its node.
    private final class Echo: MemberlistDelegate {
        private let node = Mutex<NodeHandle?>(nil)

        func use(_ handle: NodeHandle) { node.withLock { $0 = handle } }

        func messageReceived(_ payload: [UInt8], from: Endpoint) async {
            guard payload.first == UInt8(ascii: "?") else { return }
            node.withLock { $0 }?.send(Array("!".utf8) + payload.dropFirst(), to: "node-0")
        }
    }

    @Test func aHookCallsItsNode() async throws {
        let echoes = (0..<3).map { _ in Echo() }
        let simulation = try Simulation(nodes: 3, seed: 42, delegates: { echoes[$0] })
        for node in simulation.nodes { echoes[node.index].use(node.handle) }
        simulation.joinAll()
        try await simulation.expect(within: .seconds(10), "joining") { $0.isConverged }
        let events = simulation[0].recordEvents()
        simulation[0].send(Array("?hello".utf8), to: "node-2")
        await simulation.run(for: .milliseconds(100))
        #expect(events.messages == [Array("!hello".utf8)])
    }

    @Test func aClusterMovesWhileItRuns() async throws {
        var scenario = Scenario()
        scenario.nodes = 8
        scenario.length = .seconds(400)
        scenario.loss = 0.05
        scenario.encrypted = false
        scenario.rollouts = [
            .init(at: .seconds(10), to: .encryption(true)),
            .init(at: .seconds(200), to: .label("blue")),
        ]
        let outcome = try await ScenarioRunner(scenario, seed: 42).run()
        #expect(outcome.report.accuracy.falsePositives == 0 && outcome.report.notes.isEmpty)
    }

    @Test func theDocumentationQuotesWhatIsRun() throws {
        let here = URL(fileURLWithPath: #filePath)
        let top = here.deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let folder = top.appendingPathComponent("Sources/MemberlistSimulator/MemberlistSimulator.docc")
        let source = try String(contentsOf: here, encoding: .utf8)
        let compiled = Set(source.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) })
        let article = try String(
            contentsOf: folder.appendingPathComponent("WritingAScenario.md"),
            encoding: .utf8
        )
        let blocks = article.components(separatedBy: "```swift\n").dropFirst().compactMap {
            $0.components(separatedBy: "```").first
        }
        #expect(blocks.count > 3)
        for block in blocks {
            for line in block.split(separator: "\n").map({ $0.trimmingCharacters(in: .whitespaces) }) {
                #expect(compiled.contains(line), "this line of the article is not run")
            }
        }
    }
}
