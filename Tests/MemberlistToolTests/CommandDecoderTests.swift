import Foundation
import Memberlist
import Testing

@testable import MemberlistTool

@Suite struct CommandDecoderTests {
    private func decode(_ line: String) throws(CommandFault) -> Command {
        try CommandDecoder.decode(Array(line.utf8))
    }

    private func refusal(_ line: String) -> CommandFault? {
        do {
            _ = try decode(line)
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: [
        (
            #"{"command":"join","addresses":["a","[::1]:2"]}"#,
            CommandRequest.join(["a", "[::1]:2"])
        ),
        (#"{"command":"send","to":"b","payload":"x"}"#, .send(to: "b", payload: [0x78], reliable: false)),
        (
            #"{"command":"send","to":"b","payloadBase64":"/wA=","reliable":true}"#,
            .send(to: "b", payload: [0xff, 0], reliable: true)
        ),
        (#"{"command":"broadcast","payload":""}"#, .broadcast([])),
        (#"{"command":"update","meta":"é"}"#, .update(meta: [0xc3, 0xa9])),
        (#"{"command":"ping","name":"b","unknown":[1,{}]}"#, .ping("b")),
        (#" {"command":"members"} "#, .members), (#"{"command":"health"}"#, .health),
        (#"{"command":"leave"}"#, .leave), (#"{"command":"keys"}"#, .keys),
        (#"{"command":"rollout"}"#, .rollout),
    ])
    func everyCommand(line: String, request: CommandRequest) throws {
        #expect(try decode(line) == Command(id: nil, request: request))
    }

    @Test(arguments: [
        "7", "-1", "1.5", "9223372036854775807", "18446744073709551615", "123456789012345678901234567890",
        #""text""#, #""""#, "true", "false", "null",
    ])
    func anIdIsEchoedAsItWas(id: String) throws {
        let command = try decode(#"{"command":"health","id":\#(id)}"#)
        let encoded = try JSONEncoder().encode(command.id)
        #expect(String(decoding: encoded, as: UTF8.self) == id)
    }

    @Test(arguments: [
        "", "x", "{", "[]", "7", "null", #""join""#, "{}", #"{"command":7}"#, #"{"command":"fly"}"#,
        #"{"command":"join"}"#, #"{"command":"join","addresses":[]}"#, #"{"command":"join","addresses":"a"}"#,
        #"{"command":"join","addresses":["a:b"]}"#, #"{"command":"send","to":"b"}"#,
        #"{"command":"send","payload":"x"}"#, #"{"command":"send","to":"","payload":"x"}"#,
        #"{"command":"send","to":"b","payload":1}"#, #"{"command":"send","to":"b","payloadBase64":"?"}"#,
        #"{"command":"send","to":"b","payload":"x","payloadBase64":"eA=="}"#,
        #"{"command":"send","to":"b","payload":"x","reliable":"yes"}"#, #"{"command":"ping","name":null}"#,
        #"{"command":"health","id":[1]}"#, #"{"command":"health","id":{}}"#,
    ])
    func aBadLineHasItsFault(line: String) throws {
        let fault = try #require(refusal(line))
        #expect(!fault.message.isEmpty)
    }

    @Test func aFaultKeepsWhatCouldBeRead() throws {
        let fault = try #require(refusal(#"{"id":7,"command":"ping"}"#))
        #expect(fault.id == .integer(7))
        #expect(fault.word == .ping)
        #expect(fault.message == "'name' is missing; it must be the name of a member as text")
    }

    @Test func bytesThatAreNoTextAreRefused() {
        let line = Array(#"{"command":"ping","name":""#.utf8) + [0xff] + Array(#""}"#.utf8)
        #expect(throws: CommandFault(message: "the line is not UTF-8")) { try CommandDecoder.decode(line) }
    }

    @Test(arguments: ["[", #"{"a":"#, #"{"command":"health","id":["#])
    func nestingEndsInAFaultAndNotInACrash(opening: String) {
        #expect(refusal(String(repeating: opening, count: 200_000)) != nil)
    }
}
