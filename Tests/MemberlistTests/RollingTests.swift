import Memberlist
import Synchronization
import Testing

/// Moves a live cluster from one setting to another and back, one node after another, with restarts (TRAPS 30).
@Suite(.serialized, .timeLimit(.minutes(10)))
struct RollingTests {
    /// Where no other test is: a node's port is still free when it comes back.
    private static let host = "127.0.30.1"

    typealias Stage = @Sendable (inout MemberlistConfiguration) -> Void

    enum Move: CaseIterable {
        case ontoEncryption, ontoALabel, ontoALabelUnderEncryption
    }

    private static func stages(_ move: Move) throws -> [Stage] {
        let key = try SecretKey.random()
        let labels: [Stage] = [
            { _ in },
            { $0.acceptedLabels = ["cluster"] },
            { ($0.label, $0.acceptedLabels) = ("cluster", [""]) },
            { $0.label = "cluster" },
        ]
        switch move {
        case .ontoEncryption:
            return [
                { _ in },
                {
                    $0.keyring = Keyring(primary: key)
                    ($0.verifiesIncoming, $0.verifiesOutgoing) = (false, false)
                },
                {
                    $0.keyring = Keyring(primary: key)
                    $0.verifiesIncoming = false
                },
                { $0.keyring = Keyring(primary: key) },
            ]
        case .ontoALabel:
            return labels
        case .ontoALabelUnderEncryption:
            return labels.map { label in
                { configuration in
                    configuration.keyring = Keyring(primary: key)
                    label(&configuration)
                }
            }
        }
    }

    /// Who was declared failed, by anybody, at any time.
    private final class Failures: Sendable {
        private let names = Mutex<[NodeName]>([])

        var all: [NodeName] { names.withLock { $0 } }

        func watch(_ node: Memberlist) {
            let events = node.events
            Task {
                for await case .failed(let member, _) in events {
                    names.withLock { $0.append(member.name) }
                }
            }
        }
    }

    @Test(
        "Trap 30: nobody is lost on the move, and who is still to move is counted",
        arguments: Move.allCases
    )
    func nobodyIsLost(move: Move) async throws {
        let stages = try Self.stages(move)
        let failures = Failures()
        var nodes: [Memberlist] = []
        do {
            for name in ["a", "b", "c"] {
                let node = try await Memberlist.create(
                    local(name, host: Self.host) {
                        stages[0](&$0)
                    }
                )
                failures.watch(node)
                if let first = nodes.first {
                    #expect(await node.join([first.address]).allSatisfy(\.succeeded))
                }
                nodes.append(node)
            }
            try await allSeeAll(nodes, "at the start")
            for (step, number) in [1, 2, 3, 2, 1, 0].enumerated() {
                for place in nodes.indices {
                    let others = nodes.indices.filter { $0 != place }.map { nodes[$0].address }
                    try await restart(&nodes[place], joining: others, as: stages[number])
                    failures.watch(nodes[place])
                    try await allSeeAll(nodes, "stage \(number), node \(place)")
                    // Streams, datagrams and their answers, both ways.
                    for other in nodes where other.localMember.name != nodes[place].localMember.name {
                        try await talks(nodes[place], other)
                        try await talks(other, nodes[place])
                    }
                }
                if step == 1 { try whoNeedsThePermission(nodes) }
            }
            #expect(failures.all.isEmpty)
        } catch {
            for node in nodes { await node.shutdown() }
            throw error
        }
        for node in nodes { await node.shutdown() }
    }

    /// All send the new way now. Who was restarted first heard the others send the old way, and counted them; who was
    /// restarted last heard nobody.
    private func whoNeedsThePermission(_ nodes: [Memberlist]) throws {
        let (first, last) = (try #require(nodes.first), try #require(nodes.last))
        #expect(first.permissiveTraffic.isPermissive && !first.permissiveTraffic.isQuiet)
        #expect(first.permissiveTraffic.peers.contains { $0.name == last.localMember.name })
        #expect(last.permissiveTraffic.isPermissive && last.permissiveTraffic.isQuiet)
    }

    private func restart(_ node: inout Memberlist, joining others: [String], as stage: Stage) async throws {
        let name = "\(node.localMember.name)"
        let port = Int(node.localMember.endpoint.port)
        _ = try await node.leave(timeout: .seconds(10))
        await node.shutdown()
        node = try await Memberlist.create(
            local(name, host: Self.host) {
                $0.bindPort = port
                stage(&$0)
            }
        )
        let joined = await node.join(others, timeout: .seconds(20))
        #expect(joined.count == others.count && joined.allSatisfy(\.succeeded), "\(name): \(joined)")
    }

    private func allSeeAll(_ nodes: [Memberlist], _ moment: String) async throws {
        for node in nodes {
            do {
                try await node.seesAlive(nodes.count)
            } catch {
                Issue.record("\(moment): \(node.localMember.name) sees \(node.members)")
                throw error
            }
        }
    }

    private func talks(_ sender: Memberlist, _ receiver: Memberlist) async throws {
        let events = receiver.events
        let payload = Array("from \(sender.localMember.name) \(UInt64.random(in: 0 ... .max))".utf8)
        try await sender.sendReliably(payload, to: receiver.localMember.name, timeout: .seconds(20))
        try await events.first { event in
            if case .message(let received, _) = event { received == payload } else { false }
        }
        try await sender.isAnswered(by: receiver.localMember.name)
    }
}
