import Foundation
import Memberlist
import ProcessSupport
import Testing

@Suite(.serialized) struct AgentSeedTests {
    @Test func aSeedThatComesLateIsJoinedInTheEnd() async throws {
        // On an address of its own, where nobody else takes the port that it frees.
        let before = try RunningAgent("seed", ["--bind", "127.0.42.1:0"])
        let address = try await before.address()
        try await before.process.end()
        let a = try RunningAgent("a", ["--join", address, "--join", "nowhere.invalid"])
        try await poll("the first attempt", within: .seconds(15)) {
            a.process.errorLines.contains { $0.contains("found nobody: this node is a cluster of its own") }
        }
        let seed = try RunningAgent("seed", ["--bind", address])
        try await a.wait("join", ["name": "seed"])
        try await seed.wait("join", ["name": "a"])
        for agent in [a, seed] { try await agent.process.end() }
    }

    @Test func aNameIsResolvedAndItsAddressesAreJoined() async throws {
        let a = try RunningAgent("a")
        let port = try #require(try await a.address().split(separator: ":").last)
        let b = try RunningAgent("b", ["--discover", "localhost:\(port)"])
        try await b.wait("join", ["name": "a"])
        for agent in [a, b] { try await agent.process.end() }
    }

    @Test func anAgentIsJoinedAtEachOfItsAddresses() async throws {
        let a = try RunningAgent(
            "a",
            ["--bind", "127.0.42.1:0", "--bind", "127.0.42.2:0", "--bind", "[::1]:0"]
        )
        let port = try #require(try await a.address().split(separator: ":").last)
        let b = try RunningAgent("b", ["--join", "127.0.42.2:\(port)"])
        try await b.wait("join", ["name": "a", "address": "127.0.42.1:\(port)"])
        let c = try RunningAgent(
            "c",
            ["--bind", "[::1]:0", "--bind", "127.0.42.3:0", "--join", "[::1]:\(port)"]
        )
        try await c.wait("join", ["name": "a"])
        for agent in [a, b, c] { try await agent.process.end() }
    }

    @Test func aFileOfAddressesIsWatched() async throws {
        let folder = try Programs.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("seeds")
        let a = try RunningAgent("a")
        let b = try RunningAgent("b", ["--discover-file", file.path])
        try await poll("a word on the file", within: .seconds(60)) {
            b.process.errorLines.contains { $0.contains("discovery failed") }
        }
        try "# all of them\na/\(try await a.address())\n".write(to: file, atomically: true, encoding: .utf8)
        try await b.wait("join", ["name": "a"])
        for agent in [a, b] { try await agent.process.end() }
    }

    /// In a mount namespace, in which another file is the system's.
    @Test func theHostsFileIsReadAndItsChangesAreNoticed() async throws {
        let folder = try Programs.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("hosts")
        try "127.0.0.1 localhost\n127.0.42.9 seed.example seed\n".write(
            to: file,
            atomically: false,
            encoding: .utf8
        )
        let inside = "mount --bind \"$0\" /etc/hosts && exec \"$@\""
        let namespace = ["--mount", "--propagation", "private", "sh", "-c", inside, file.path]
        let unshare = URL(fileURLWithPath: "/usr/bin/unshare")
        let trial = try LineProcess(unshare, namespace + ["true"])
        guard try await trial.waitForExit(within: .seconds(60)) == 0 else {
            let advice = "mount namespaces cannot be made here: be root, or this is not looked at"
            guard ProcessInfo.processInfo.environment["CI"] != "true" else {
                throw LineProcess.Failure(description: advice)
            }
            try Test.cancel("\(advice)")
        }
        let a = try RunningAgent("a")
        let port = try #require(try await a.address().split(separator: ":").last)
        let agent = [
            try Programs.product("memberlist").path, "agent", "--name", "b", "--bind", "127.0.0.1:0",
            "--format",
            "json", "--profile", "local", "--discover", "seed.example:\(port)", "--log-level", "debug",
        ]
        let b = try EventProcess(unshare, namespace + agent)
        try await poll("a dial of the file's address", within: .seconds(60)) {
            b.process.errorLines.contains { $0.contains("127.0.42.9:\(port)") }
        }
        try "127.0.0.1 localhost seed.example\n".write(to: file, atomically: false, encoding: .utf8)
        try await b.wait("join", "a")
        try await a.process.end()
        try await b.process.end()
    }

    @Test func theExamplesKeyringsCanBeUsedAndRotated() throws {
        let folder = try Programs.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let read: (String) throws -> [SecretKey] = { name in
            let copy = folder.appendingPathComponent(name)
            try FileManager.default.copyItem(
                at: Programs.packageTop.appendingPathComponent("keys/\(name)"),
                to: copy
            )
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: copy.path)
            return try KeyringFile(path: copy.path).read()
        }
        for bytes in [16, 24, 32] {
            #expect(try read("example-\(bytes).json").map(\.byteCount) == [bytes])
        }
        let (first, second) = (try read("rotation-1.json"), try read("rotation-2.json"))
        #expect(second.first == first.first)
        #expect(try read("rotation-3.json") == second.reversed())
    }
}
