import Foundation
import ProcessSupport
import Testing

@Suite(.serialized) struct AgentEventTests {
    private static var rfc3339: Regex<Substring> { #/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/# }

    @Test func twoAgentsTellOfEachOtherToTheLetter() async throws {
        let a = try RunningAgent("a")
        let address = try await a.address()
        let b = try RunningAgent("b", ["--join", address, "--meta", "blau"])
        let own = try await b.address()

        let joined = try await a.wait("join")
        #expect(joined.keys == ["event", "at", "name", "address", "meta"])
        #expect(joined["name"] == "b")
        #expect(joined["address"] == own)
        #expect(joined["meta"] == "blau")
        try await b.wait("join", ["name": "a", "address": address, "meta": ""])

        #expect(try await b.ask(#""command":"update","metaBase64":"/wA=""#)["event"] == "result")
        let updated = try await a.wait("update")
        #expect(updated.keys == ["event", "at", "name", "address", "metaBase64"])
        #expect(updated["metaBase64"] == "/wA=")

        b.process.signal(SIGTERM)
        let left = try await a.wait("leave")
        #expect(left.keys == ["event", "at", "name", "address", "metaBase64", "reason"])
        #expect(left["reason"] == "left")
        #expect(try await b.process.waitForExit(within: .seconds(30)) == 0)

        for agent in [a, b] {
            #expect(agent.events.count == agent.process.outputLines.count, "there is more than events")
            #expect(agent.events.first?["event"] == "ready")
            #expect(agent.events.first?.keys == ["event", "at", "name", "address"])
            #expect(agent.events.allSatisfy { $0["at"]?.wholeMatch(of: Self.rfc3339) != nil })
            #expect(!agent.events.contains { $0["event"] == "join" && $0["name"] == agent.name })
        }
        try await a.process.end()
    }

    @Test func aKilledMemberFailsAndJoinsAgain() async throws {
        let a = try RunningAgent("a", ["--label", "x"])
        let address = try await a.address()
        let flags = ["--join", address, "--label", "x"]
        let b = try RunningAgent("b", flags)
        let bound = try await b.address()
        try await a.wait("join", ["name": "b"])
        try await b.process.end()
        let failed = try await a.wait("leave", ["name": "b", "reason": "failed"], within: .seconds(40))
        #expect(failed.line.contains(#""evidence":{"cause":"timeout","#), "\(failed.line)")
        #expect(failed.line.contains(#""directMilliseconds":"#), "its own probe failed: nobody else is there")
        #expect(try await a.ask(#""command":"members""#).line.contains(#""state":"failed""#))

        let again = try RunningAgent("b", flags + ["--bind", bound, "--meta", "again"])
        try await a.wait("join", ["name": "b", "meta": "again"])
        try await again.process.end()
        try await a.process.end()
    }

    @Test func twoNodesOfOneNameAreAConflict() async throws {
        let a = try RunningAgent("a")
        let address = try await a.address()
        let first = try RunningAgent("twin", ["--join", address])
        let bound = try await first.address()
        try await a.wait("join", ["name": "twin"])
        let second = try RunningAgent("twin", ["--join", address])
        let claimed = try await second.address()
        let conflict = try await a.wait("conflict")
        #expect(conflict["name"] == "twin")
        #expect(conflict["address"] == bound)
        #expect(conflict["claimedAddress"] == claimed)
        for agent in [a, first, second] { try await agent.process.end() }
    }

    @Test func membersArePrintedWhenAskedForAndBySignal() async throws {
        let a = try RunningAgent("a", ["--print-members", "0.2", "--meta", "m"])
        let address = try await a.address()
        let members = try await a.wait("members")
        #expect(members.keys == ["event", "at", "members"])
        #expect(
            members.line.contains(
                #"[{"address":"\#(address)","meta":"m","name":"a","state":"alive"}]"#
            )
        )
        try await a.process.end()

        let b = try RunningAgent("b")
        _ = try await b.address()
        b.process.signal(SIGUSR1)
        try await b.wait("members")
        try await b.process.end()
    }

    @Test func textIsALineAnEvent() async throws {
        let a = try RunningAgent("a")
        let tool = try Programs.product("memberlist")
        let b = try LineProcess(
            tool,
            [
                "agent", "--name", "b", "--bind", "[::1]:0", "--advertise", "127.0.0.1:9", "--log-level",
                "error",
            ]
        )
        let line = try await b.waitForLine("ready", within: .seconds(60)) { $0 }
        #expect(line.hasSuffix(" ready b at 127.0.0.1:9"))
        try await b.end()
        try await a.process.end()
    }
}
