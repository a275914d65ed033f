import Foundation
import ProcessSupport
import Testing

@Suite(.serialized) struct AgentCommandTests {
    @Test func messagesArriveEachWay() async throws {
        let a = try RunningAgent("a")
        let b = try RunningAgent("b", ["--join", try await a.address()])
        try await a.wait("join", ["name": "b"])
        let large = String(repeating: "0123456789abcdef", count: 2 << 16)
        for (fields, texts) in [
            (#""payload":"best effort""#, ["payload": "best effort"]),
            (#""payload":"relied on","reliable":true"#, ["payload": "relied on"]),
            (#""payloadBase64":"//4=","reliable":true"#, ["payloadBase64": "//4="]),
            (#""payload":"\#(large)","reliable":true"#, ["payload": large]),
        ] {
            let answer = try await a.ask(#""command":"send","to":"b",\#(fields)"#)
            #expect(answer["event"] == "result")
            #expect(answer["command"] == "send")
            try await b.wait("message", texts)
        }
        try await b.ask(#""command":"broadcast","payload":"to all""#)
        try await a.wait("message", ["payload": "to all"])

        // On a busy machine an answer may come too late, which is bad for the score too.
        try await poll("an answered ping", within: .seconds(60)) {
            try await a.ask(#""command":"ping","name":"b""#).line.contains(#""milliseconds":"#)
        }
        try await poll("a score of 0", within: .seconds(60)) {
            try await a.ask(#""command":"health""#).line.contains(#""score":0"#)
        }
        #expect(try await a.ask(#""command":"members""#)["event"] == "members")
        #expect(try await a.ask(#""command":"ping","name":"nobody""#)["event"] == "error")
        #expect(try await a.ask(#""command":"send","to":"nobody","payload":"x""#)["event"] == "error")
        for agent in [a, b] { try await agent.process.end() }
    }

    @Test func joiningAndLeavingByCommand() async throws {
        let a = try RunningAgent("a")
        let b = try RunningAgent("b")
        _ = try await b.address()
        let answer = try await b.ask(
            #""command":"join","addresses":["127.0.0.1:1","\#(try await a.address())"]"#
        )
        #expect(answer.line.contains(#""ok":true,"results":[{"address":"127.0.0.1:1","error":"#))
        try await a.wait("join", ["name": "b"])
        let left = try await b.ask(#""command":"leave""#)
        #expect(left.line.contains(#""heard":true"#) && left.line.contains(#""answered":1"#))
        try await a.wait("leave", ["name": "b", "reason": "left"])
        let nobody = try await b.ask(#""command":"join","addresses":["127.0.0.1:1"]"#)
        #expect(nobody.line.contains(#""ok":false"#))
        for agent in [a, b] { try await agent.process.end() }
    }

    @Test func badLinesHarmNothing() async throws {
        let a = try RunningAgent("a")
        _ = try await a.address()
        let bad = [
            "x", "[]", "{", #"{"command":"fly"}"#, String(repeating: "[", count: 100_000),
            #"{"command":"ping","name":""# + String(repeating: "y", count: 28 << 20) + #""}"#,
        ]
        for line in bad { try a.process.write(line) }
        try a.process.write("\n   \n")
        let answer = try await a.ask(#""command":"ping""#)
        #expect(answer["event"] == "error")
        #expect(answer["message"]?.contains("'name' is missing") == true)
        #expect(try await a.ask(#""command":"health""#)["event"] == "result")
        let errors = a.events.filter { $0["event"] == "error" }
        #expect(errors.count == bad.count + 1)
        #expect(errors.allSatisfy { $0["message"]?.isEmpty == false })
        try await a.process.end()
    }

    @Test func theEndOfTheInputIsNotTheEndOfTheAgent() async throws {
        let a = try RunningAgent("a")
        _ = try await a.address()
        try await a.ask(#""command":"health""#)
        try a.process.closeInput()
        a.process.signal(SIGUSR1)
        try await a.wait("members")
        a.process.signal(SIGTERM)
        #expect(try await a.process.waitForExit(within: .seconds(30)) == 0)
    }
}
