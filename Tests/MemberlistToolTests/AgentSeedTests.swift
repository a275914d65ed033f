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
            a.process.errorLines.contains { $0.contains("a join found nobody") }
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
