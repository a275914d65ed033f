import Foundation
import Memberlist
import ProcessSupport
import Testing

@Suite(.serialized) struct AgentKeyTests {
    @Test func theFlagTheFileAndTheEnvironmentGiveOneKey() async throws {
        let folder = try Programs.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let key = try #require(try ToolRun(["keygen"]).outputLines.first)
        let file = KeyringFile(path: folder.appendingPathComponent("keyring.json").path)
        try file.create([try SecretKey.random(), try SecretKey(base64: key)])

        let a = try RunningAgent("a", ["--encrypt", key])
        let address = try await a.address()
        let b = try RunningAgent("b", ["--join", address], environment: ["MEMBERLIST_ENCRYPT": key])
        try await a.wait("join", ["name": "b"])
        // Its primary key is not a's, so what it sends is not opened, and a does not learn of it.
        let c = try RunningAgent("c", ["--keyring", file.path])
        _ = try await c.address()
        let answer = try await a.ask(#""command":"join","addresses":["\#(try await c.address())"]"#)
        #expect(answer.line.contains(#""ok":false"#))
        try file.replace(with: [try SecretKey(base64: key)])
        let d = try RunningAgent("d", ["--keyring", file.path, "--join", address])
        try await a.wait("join", ["name": "d"])
        for agent in [a, b, c, d] {
            #expect(!agent.process.outputLines.contains { $0.contains(key) })
            #expect(!agent.process.errorLines.contains { $0.contains(key) })
            try await agent.process.end()
        }
    }

    @Test func aPlainNodeDoesNotGetIn() async throws {
        let key = try #require(try ToolRun(["keygen", "--bytes", "16"]).outputLines.first)
        let a = try RunningAgent("a", ["--encrypt", key])
        let b = try RunningAgent("b")
        _ = try await b.address()
        let answer = try await b.ask(#""command":"join","addresses":["\#(try await a.address())"]"#)
        #expect(answer.line.contains(#""ok":false"#))
        for agent in [a, b] { try await agent.process.end() }
    }
}
