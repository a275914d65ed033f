import Foundation
import Memberlist
import ProcessSupport
import Testing

/// The command `rollout`: whom a member would lose if it stopped being permissive.
@Suite(.serialized) struct AgentRolloutTests {
    @Test("Trap 30: an agent tells who still sends plaintext, as JSON and as text")
    func whoStillSendsPlaintextIsTold() async throws {
        let key = try #require(try ToolRun(["keygen"]).outputLines.first)
        let flags = ["--encrypt", key, "--no-verify-incoming"]
        let a = try RunningAgent("a", flags)
        let address = try await a.address()
        let quiet = try await a.ask(#""command":"rollout""#).line
        #expect(quiet.contains(#""permissive":true"#) && quiet.contains(#""quiet":true"#))
        let b = try RunningAgent("b", flags + ["--no-verify-outgoing", "--join", address])
        try await a.wait("join", ["name": "b"])
        try await poll("b's plaintext", within: .seconds(60)) {
            let answer = try await a.ask(#""command":"rollout""#).line
            return answer.contains(#""quiet":false"#) && answer.contains(#""name":"b""#)
                && answer.contains(#""kind":"plaintext""#)
        }
        let c = try RunningAgent(
            "c",
            flags + ["--no-verify-outgoing", "--format", "text", "--join", address]
        )
        try await a.wait("join", ["name": "c"])
        try c.process.write(#"{"command":"rollout"}"#)
        try await c.process.waitForLine("its answer", within: .seconds(60)) { line in
            line.contains("rollout") && line.contains(" ok") ? () : nil
        }
        let plain = try RunningAgent("plain")
        _ = try await plain.address()
        #expect(try await plain.ask(#""command":"rollout""#).line.contains(#""permissive":false"#))
        for agent in [a, b, c, plain] { try await agent.process.end() }
    }
}
