import Foundation
import Memberlist
import SampleCluster

/// Many nodes in one process, each with sockets of its own.
enum ClusterRows {
    private static let settling = Duration.seconds(10)
    private static let idling = Duration.seconds(20)

    /// All see all, idle, and one that is gone: four figures of one cluster.
    static func hundred(_ inputs: Inputs) async throws -> [Figure] {
        let count = 100
        var nodes = [try await LiveNode.start("node-0", inputs: inputs)]
        try await Task.sleep(for: .seconds(1))
        let alone = try ProcessUse.residentBytes()
        try await add(to: &nodes, until: count, inputs)
        let converged = try await time { try await seeAll(nodes, within: .seconds(60)) }

        try await Task.sleep(for: settling)
        let before = ProcessUse.processorSeconds()
        try await Task.sleep(for: idling)
        let used = ProcessUse.processorSeconds() - before
        let held = try ProcessUse.residentBytes() - alone
        let mistaken = nodes.filter { node in node.members.contains { $0.state != .alive } }.count

        let detected = await detect(nodes)
        for node in nodes { await node.shutdown() }
        let figures = [
            Figure(
                name: "idle-cpu-100",
                value: used * 1_000 / Double(count) / (idling / .seconds(1)),
                unit: "ms"
            ),
            Figure(name: "memory-100", value: held / Double(count - 1) / 1e6, unit: "MB"),
            Figure(name: "converge-100", value: converged * 1_000, unit: "ms"),
            Figure(name: "detect-100", value: detected * 1_000, unit: "ms"),
        ]
        return figures.map { figure in
            var figure = figure
            figure.mistaken = mistaken
            return figure
        }
    }

    /// A thousand nodes, joined one after another: from the first join until all see all.
    static func thousand(_ inputs: Inputs) async throws -> Figure {
        let count = 1_000
        raiseFileLimit(to: 4 * count)
        let converged = try await time {
            var nodes = [try await LiveNode.start("node-0", inputs: inputs)]
            try await add(to: &nodes, until: count, inputs)
            try await seeAll(nodes, within: .seconds(120))
        }
        return Figure(name: "converge-1000", value: converged, unit: "s")
    }

    /// Starts nodes and joins each to the first, one after another.
    private static func add(to nodes: inout [Memberlist], until count: Int, _ inputs: Inputs) async throws {
        let seed = "\(nodes[0].localMember.endpoint)"
        while nodes.count < count {
            let node = try await LiveNode.start("node-\(nodes.count)", inputs: inputs)
            for result in await node.join([seed]) where !result.succeeded {
                throw Unexpected("node-\(nodes.count) did not join: \(result.outcome)")
            }
            nodes.append(node)
        }
    }

    private static func seeAll(_ nodes: [Memberlist], within limit: Duration) async throws {
        for node in nodes { try await node.waitUntil(members: nodes.count, timeout: limit) }
    }

    /// One node is gone without a word: until all others say that it failed.
    private static func detect(_ nodes: [Memberlist]) async -> Double {
        let victim = nodes[nodes.count / 2]
        let name = victim.localMember.name
        let others = nodes.filter { $0.localMember.name != name }
        let events = others.map(\.events)
        return await time {
            await victim.shutdown()
            for events in events {
                for await event in events {
                    if case .failed(let member, _) = event, member.name == name { break }
                }
            }
        }
    }

    private static func time(_ work: () async throws -> Void) async rethrows -> Double {
        let start = ContinuousClock.now
        try await work()
        return (ContinuousClock.now - start) / .seconds(1)
    }

    private static func raiseFileLimit(to files: Int) {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        limit.rlim_cur = min(limit.rlim_max, max(limit.rlim_cur, rlim_t(files)))
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}
