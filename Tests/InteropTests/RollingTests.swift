import Foundation
import ProcessSupport
import Testing

/// A living cluster of HashiCorp's nodes and ours moves from plaintext to encryption and back, one node restarted after
/// another. A label is no such move: HashiCorp's nodes read one kind of traffic only, labelled or not.
@Suite(.serialized) struct RollingTests {
    /// What a node is started with in a round.
    enum Round: CaseIterable {
        case plaintext, readsBoth, sealsAndReadsBoth, encrypted

        var ours: [String] {
            switch self {
            case .plaintext, .encrypted: []
            case .readsBoth: ["--no-verify-incoming", "--no-verify-outgoing"]
            case .sealsAndReadsBoth: ["--no-verify-incoming"]
            }
        }

        var hashicorps: [String] {
            switch self {
            case .plaintext, .encrypted: []
            case .readsBoth: ["-gossip-verify-incoming", "false", "-gossip-verify-outgoing", "false"]
            case .sealsAndReadsBoth: ["-gossip-verify-incoming", "false"]
            }
        }

        var shape: ClusterShape { ClusterShape(keyBytes: self == .plaintext ? 0 : 32) }
    }

    private struct Node {
        let name: String
        let port: Int
        var process: EventProcess

        var address: String { "127.0.0.1:\(port)" }

        static func start(_ name: String, _ port: Int, _ round: Round, join: [String]) throws -> EventProcess
        {
            let bind = "127.0.0.1:\(port)"
            if name.hasPrefix("go") {
                return try round.shape.goNode(name, join: join, extra: ["-bind", bind] + round.hashicorps)
            }
            return try round.shape.swiftNode(name, join: join, bind: bind, extra: round.ours)
        }
    }

    @Test("Trap 30: a mixed cluster moves onto encryption and back, node by node, and nobody is lost")
    func ontoEncryptionAndBack() async throws {
        _ = try Peers.require("gopeer")
        var nodes: [Node] = []
        for name in ["ours-1", "go-1", "ours-2", "go-2"] {
            let port = try Peers.freePort()
            let process = try Node.start(name, port, .plaintext, join: nodes.prefix(1).map(\.address))
            _ = try await process.ready()
            nodes.append(Node(name: name, port: port, process: process))
        }
        try await Self.allTalk(nodes, "start")
        for round in Round.allCases.dropFirst() + Round.allCases.dropLast().reversed() {
            for index in nodes.indices {
                try await Self.restart(&nodes, index, round)
                try await Self.allTalk(nodes, "\(round)-\(nodes[index].name)")
            }
        }
        for node in nodes { try await node.process.process.end() }
    }

    /// As an operator restarts a node: it leaves, ends, and starts anew at its address with other flags.
    private static func restart(_ nodes: inout [Node], _ index: Int, _ round: Round) async throws {
        let node = nodes[index]
        let others = nodes.indices.filter { $0 != index }.map { nodes[$0] }
        let starts = others.map(\.process.process.outputLines.count)
        node.process.process.signal(SIGTERM)
        _ = try await node.process.process.waitForExit(within: .seconds(60))
        for (other, start) in zip(others, starts) {
            try await other.process.wait("\(node.name) gone at \(other.name)", from: start) {
                event -> Bool? in
                event.event == "leave" && event.name == node.name ? true : nil
            }
        }
        nodes[index].process = try Node.start(node.name, node.port, round, join: others.map(\.address))
        for (other, start) in zip(others, starts) {
            try await other.process.wait("\(node.name) back at \(other.name)", from: start) {
                event -> Bool? in
                event.event == "join" && event.name == node.name ? true : nil
            }
        }
    }

    /// A datagram from each to each arrives, and nobody has seen anybody fail.
    private static func allTalk(_ nodes: [Node], _ round: String) async throws {
        for sender in nodes {
            for receiver in nodes where receiver.name != sender.name {
                let text = "\(round): \(sender.name) to \(receiver.name)"
                try await poll(text, within: .seconds(60)) {
                    try sender.process.command(
                        #"{"id":1,"command":"send","to":"\#(receiver.name)","payload":"\#(text)"}"#
                    )
                    return receiver.process.events.contains { $0.event == "message" && $0.payload == text }
                }
            }
        }
        for node in nodes {
            let failed = node.process.events.filter { $0.event == "leave" && $0.reason == "failed" }
            #expect(failed.isEmpty, "\(round): \(failed.compactMap(\.name)) failed at \(node.name)")
        }
    }
}
