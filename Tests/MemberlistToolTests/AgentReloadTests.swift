import Foundation
import Memberlist
import ProcessSupport
import Testing

/// A running agent changes its keys on SIGHUP, with no restart.
@Suite(.serialized) struct AgentReloadTests {
    private static func withFolder(_ body: (URL) async throws -> Void) async throws {
        let folder = try Programs.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        try await body(folder)
    }

    private static func keys(_ event: JSONObject) -> String {
        String(event.line.drop { $0 != "[" }.prefix { $0 != "]" }.dropFirst())
    }

    @Test func theAgentReadsItsFileAgain() async throws {
        try await Self.withFolder { folder in
            let file = KeyringFile(path: folder.appendingPathComponent("k").path)
            let (old, new) = (try SecretKey.random(), try SecretKey.random(bytes: 16))
            try file.create([old])
            let a = try RunningAgent("a", ["--keyring", file.path])
            let address = try await a.address()
            try file.add(new)
            a.process.signal(SIGHUP)
            let event = try await a.wait("keyring")
            #expect(event.keys == ["event", "at", "keys"])
            #expect(Self.keys(event) == #""\#(old.id)","\#(new.id)""#)

            // A member that has the new key alone gets in once the new key is the primary.
            try file.use(new.id)
            a.process.signal(SIGHUP)
            try await a.process.waitForLine("the new primary", within: .seconds(60)) { line in
                RunningAgent.event(line).flatMap { $0.line.contains(#"["\#(new.id)""#) ? $0 : nil }
            }
            let single = KeyringFile(path: folder.appendingPathComponent("single").path)
            try single.create([new])
            let b = try RunningAgent("b", ["--keyring", single.path, "--join", address])
            try await a.wait("join", ["name": "b"])
            for agent in [a, b] { try await agent.process.end() }
        }
    }

    @Test func aFileThatCannotBeUsedLeavesTheOldKeys() async throws {
        try await Self.withFolder { folder in
            let path = folder.appendingPathComponent("k").path
            let key = try SecretKey.random()
            try KeyringFile(path: path).create([key])
            let good = try Data(contentsOf: URL(fileURLWithPath: path))
            let a = try RunningAgent("a", ["--keyring", path])
            let address = try await a.address()
            let breaks: [(String, () throws -> Void)] = [
                ("JSON array", { try Data("[\"half".utf8).write(to: URL(fileURLWithPath: path)) }),
                (
                    "chmod 600",
                    { try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path) }
                ),
                ("no keyring file", { try FileManager.default.removeItem(atPath: path) }),
            ]
            for (word, spoil) in breaks {
                try spoil()
                a.process.signal(SIGHUP)
                let error = try await a.process.waitForLine(word, within: .seconds(60)) { line in
                    RunningAgent.event(line).flatMap { $0["message"]?.contains(word) == true ? $0 : nil }
                }
                #expect(error["event"] == "error")
                #expect(error["message"]?.contains("the keys stay as they were") == true)
            }
            let attributes: [FileAttributeKey: Any] = [.posixPermissions: 0o600]
            #expect(FileManager.default.createFile(atPath: path, contents: good, attributes: attributes))
            let b = try RunningAgent("b", ["--keyring", path, "--join", address])
            try await a.wait("join", ["name": "b"])
            for agent in [a, b] { try await agent.process.end() }
        }
    }

    /// It was away while the keys changed, once and twice.
    @Test(arguments: [1, 2]) func anAgentThatWasAwaySaysWhyItIsAlone(rotations: Int) async throws {
        try await Self.withFolder { folder in
            let keys = try (0...rotations).map { _ in try SecretKey.random() }
            let files = ["seed", "away"].map { KeyringFile(path: folder.appendingPathComponent($0).path) }
            for file in files { try file.create([keys[0]]) }
            let seed = try RunningAgent("seed", ["--keyring", files[0].path])
            let address = try await seed.address()
            for (old, new) in zip(keys, keys.dropFirst()) {
                try files[0].add(new)
                try files[0].use(new.id)
                try files[0].remove(old.id)
            }
            seed.process.signal(SIGHUP)
            try await seed.wait("keyring")

            let away = try RunningAgent("away", ["--keyring", files[1].path, "--join", address])
            try await poll("the words of who was away", within: .seconds(25)) {
                away.process.errorLines.contains {
                    $0.contains("this node is a cluster of its own")
                        && $0.contains("sealing-key=\(keys[0].id)")
                        && $0.contains("compare keys")
                }
            }
            try await poll("the words of the seed", within: .seconds(25)) {
                seed.process.errorLines.contains {
                    $0.contains("no key of this ring opens") && $0.contains("from=127.0.0.1")
                }
            }
            #expect(away.events.allSatisfy { $0["event"] != "join" })

            try files[1].replace(with: files[0].read())
            away.process.signal(SIGHUP)
            try await away.wait("join", ["name": "seed"], within: .seconds(60))
            for agent in [seed, away] { try await agent.process.end() }
        }
    }

    @Test func aHangUpEndsAnAgentWithoutAFile() async throws {
        let a = try RunningAgent("a")
        _ = try await a.address()
        a.process.signal(SIGHUP)
        #expect(try await a.process.waitForExit(within: .seconds(30)) == 128 + SIGHUP)
    }

    #if os(Linux)
    @Test func memoryThatCannotBeLockedIsToldOnce() async throws {
        try await Self.withFolder { folder in
            let file = KeyringFile(path: folder.appendingPathComponent("k").path)
            try file.create([try SecretKey.random(), try SecretKey.random()])
            let agent = [
                "agent", "--name", "a", "--bind", "127.0.0.1:0", "--format", "json", "--keyring", file.path,
            ]
            let tool = try Programs.product("memberlist")
            let harness = try Programs.product("KeyringHarness")
            for (program, arguments, count) in [
                (harness, ["unlocked", tool.path] + agent, 1), (tool, agent, 0),
            ] {
                let process = try LineProcess(program, arguments)
                try await process.waitForLine("ready", within: .seconds(60)) {
                    $0.contains("ready") ? $0 : nil
                }
                try file.add(try SecretKey.random())
                process.signal(SIGHUP)
                try await process.waitForLine("keyring", within: .seconds(60)) {
                    $0.contains("keyring") ? $0 : nil
                }
                process.signal(SIGTERM)
                #expect(try await process.waitForExit(within: .seconds(30)) == 0)
                let told = process.errorLines.filter { $0.contains("cannot be locked") }
                #expect(told.count == count, "\(process.errorLines)")
                #expect(told.allSatisfy { $0.contains("LimitMEMLOCK") && $0.contains("warning") })
            }
        }
    }
    #endif
}
