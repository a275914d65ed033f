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

    @Test func theKeysAreToldWithWhoUsesThem() async throws {
        let folder = try Programs.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = KeyringFile(path: folder.appendingPathComponent("keyring.json").path)
        let keys = [try SecretKey.random(), try SecretKey.random()]
        try file.create(keys)
        let a = try RunningAgent("a", ["--keyring", file.path])
        let address = try await a.address()
        let b = try RunningAgent("b", ["--keyring", file.path, "--join", address, "--format", "text"])
        try await a.wait("join", ["name": "b"])
        try await poll("a frame of b's", within: .seconds(20)) {
            let answer = try await a.ask(#""command":"keys""#).line
            return answer.contains(#""latest":true,"name":"b""#)
        }
        let start = a.process.outputLines.count
        try a.process.write(#"{"command":"keys"}"#)
        let use = try await a.process.waitForLine("the keys", within: .seconds(20), from: start) { line in
            AgentEvent.parse(line)?.usage
        }
        try #require(use.count == 2)
        #expect(use.map(\.key) == keys.map(\.id.description) && use.map(\.primary) == [true, false])
        #expect(use[0].sealed > 0 && use[0].opened > 0 && use[1].sealed == 0 && use[1].peers.isEmpty)

        try b.process.write(#"{"command":"keys"}"#)
        try await b.process.waitForLine("the key", within: .seconds(20)) { line in
            line.contains("key \(keys[0].id) primary: ") && line.contains(" sealed, ") ? () : nil
        }
        try await b.process.waitForLine("its user", within: .seconds(20)) { line in
            line.contains("a \(address) ") && line.hasSuffix(", seals with it") ? () : nil
        }
        let plain = try RunningAgent("plain")
        _ = try await plain.address()
        #expect(try await plain.ask(#""command":"keys""#)["message"]?.contains("no keyring") == true)
        for agent in [a, b, plain] { try await agent.process.end() }
    }
}
