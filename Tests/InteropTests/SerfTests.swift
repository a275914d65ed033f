import Foundation
import ProcessSupport
import Testing

/// A Serf agent, asked through its own command line.
struct SerfNode: Sendable {
    struct Members: Decodable {
        struct Row: Decodable {
            var name: String
            var addr: String
            var status: String
        }
        var members: [Row]
    }

    let process: LineProcess
    let address: String
    private let rpc: String
    private let program: URL

    /// - Parameter keys: The flags that say what it seals with.
    init(_ name: String, keys: [String], join: String? = nil) throws {
        program = try Peers.require("serf")
        address = "127.0.0.1:\(try Peers.freePort())"
        rpc = "127.0.0.1:\(try Peers.freePort())"
        var arguments = ["agent", "-node=\(name)", "-bind=\(address)", "-rpc-addr=\(rpc)"] + keys
        if let join { arguments.append("-join=\(join)") }
        process = try LineProcess(program, arguments)
    }

    func start(_ arguments: [String]) throws -> LineProcess {
        try LineProcess(program, [arguments[0], "-rpc-addr=\(rpc)"] + arguments.dropFirst())
    }

    func run(_ arguments: String...) async throws -> [String] {
        let command = try start(arguments)
        _ = try await command.waitForExit(within: .seconds(60))
        return command.outputLines
    }

    /// What it says of a member; nil where it knows none of that name, or does not answer yet.
    func member(_ name: String) async throws -> Members.Row? {
        let text = try await run("members", "-format=json").joined(separator: "\n")
        let members = try? JSONDecoder().decode(Members.self, from: Data(text.utf8))
        return members?.members.first { $0.name == name }
    }

    func waitForStatus(_ status: String, of name: String, within limit: Duration) async throws {
        try await poll("'\(status)' of \(name) at Serf", within: limit) {
            try await member(name)?.status == status
        }
    }
}

/// Serf 0.10.1 and our agent in one encrypted cluster.
@Suite struct SerfTests {
    static let shape = ClusterShape(keyBytes: 32)
    static let serfVersions = ["--delegate-protocol", "2:5:5"]

    private func swiftNode(_ name: String, join: String) throws -> EventProcess {
        try Self.shape.swiftNode(name, join: [join], extra: Self.serfVersions)
    }

    /// A Serf agent that is up: one that joins another at its start ends where that is not.
    private func serfNode(_ name: String, join: String? = nil) async throws -> SerfNode {
        let node = try SerfNode(name, keys: ["-encrypt=\(Self.shape.key ?? "")"], join: join)
        try await node.waitForStatus("alive", of: name, within: .seconds(60))
        return node
    }

    @Test(.timeLimit(.minutes(10)))
    func serfSeesUsComeGoAndFail() async throws {
        let serf = try await serfNode("serf-1")
        let ours = try swiftNode("ours-1", join: serf.address)
        let address = try await ours.ready()
        try await serf.waitForStatus("alive", of: "ours-1", within: .seconds(60))
        #expect(try await serf.member("ours-1")?.addr == address)

        // Serf says "left" only after a message of its own; memberlist's farewell alone is "failed" to it.
        ours.process.signal(SIGTERM)
        try await serf.waitForStatus("failed", of: "ours-1", within: .seconds(4))
        #expect(try await ours.process.waitForExit(within: .seconds(30)) == 0)

        let doomed = try swiftNode("ours-2", join: serf.address)
        try await serf.waitForStatus("alive", of: "ours-2", within: .seconds(60))
        try await doomed.process.end()
        // Two rounds of probes, and a suspicion of four seconds at its shortest, 24 at its longest.
        try await serf.waitForStatus("failed", of: "ours-2", within: .seconds(40))
        try await serf.process.end()
    }

    @Test(.timeLimit(.minutes(10)))
    func weTellSerfsLeavesFromItsFailures() async throws {
        let first = try await serfNode("serf-1")
        let ours = try swiftNode("ours", join: first.address)
        try await ours.wait("join", "serf-1")
        let leaving = try await serfNode("serf-2", join: first.address)
        try await ours.wait("join", "serf-2")
        _ = try await leaving.run("leave")
        let left = try await ours.wait("leave", "serf-2")
        #expect(left.reason == "left")

        let doomed = try await serfNode("serf-3", join: first.address)
        try await ours.wait("join", "serf-3")
        try await doomed.process.end()
        let failed = try await ours.wait("leave", "serf-3", within: .seconds(45))
        #expect(failed.reason == "failed")
        try await ours.process.end()
        try await first.process.end()
    }

    @Test(.timeLimit(.minutes(10)))
    func survivorsOfAMixedClusterAgree() async throws {
        let serf1 = try await serfNode("serf-1")
        let serf2 = try await serfNode("serf-2", join: serf1.address)
        let ours1 = try swiftNode("ours-1", join: serf1.address)
        let ours2 = try swiftNode("ours-2", join: serf1.address)
        for name in ["serf-1", "serf-2", "ours-2"] { try await ours1.wait("join", name) }
        for name in ["serf-1", "serf-2", "ours-1"] { try await ours2.wait("join", name) }
        try await serf1.waitForStatus("alive", of: "ours-2", within: .seconds(60))

        try await serf2.process.end()
        try await ours2.process.end()
        for name in ["serf-2", "ours-2"] {
            let gone = try await ours1.wait("leave", name, within: .seconds(60))
            #expect(gone.reason == "failed")
            try await serf1.waitForStatus("failed", of: name, within: .seconds(60))
        }
        #expect(try await serf1.member("ours-1")?.status == "alive")
        try ours1.command(#"{"id":1,"command":"members"}"#)
        let members = try await ours1.wait("members") { $0.event == "members" ? $0.members : nil }
        let alive = members.filter { $0.state == "alive" }.map(\.name).sorted()
        #expect(alive == ["ours-1", "serf-1"])
        try await ours1.process.end()
        try await serf1.process.end()
    }
}
