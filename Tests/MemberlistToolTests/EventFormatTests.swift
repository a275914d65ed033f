import Foundation
import Memberlist
import Testing

@testable import MemberlistTool

@Suite struct EventFormatTests {
    static let date = Date(timeIntervalSince1970: 1_772_366_400.125)
    static let at = #""at":"2026-03-01T12:00:00.125Z""#

    private static func member(
        _ name: NodeName = "b",
        meta: [UInt8] = [],
        state: MemberState = .alive,
        port: UInt16 = 1
    ) throws -> Member {
        let address = try #require(IPAddress("::1"))
        return Member(name: name, endpoint: Endpoint(address: address, port: port), meta: meta, state: state)
    }

    private func json(_ event: AgentEvent) -> String? {
        EventJSON.line(event, at: Self.date)
    }

    private func text(_ event: AgentEvent) -> String {
        EventText.line(event, at: Self.date)
    }

    @Test func readyAndMembersAsJSON() throws {
        let member = try Self.member(meta: Array("m/".utf8))
        #expect(
            json(.ready(name: "a", address: member.endpoint))
                == #"{"address":"[::1]:1",\#(Self.at),"event":"ready","name":"a"}"#
        )
        #expect(
            json(.join(member))
                == #"{"address":"[::1]:1",\#(Self.at),"event":"join","meta":"m/","name":"b"}"#
        )
        #expect(
            json(.leave(member, .failed))
                == #"{"address":"[::1]:1",\#(Self.at),"event":"leave","meta":"m/","name":"b","reason":"failed"}"#
        )
        #expect(
            json(.conflict(existing: member, claimed: try Self.member(port: 2)))
                == #"{"address":"[::1]:1",\#(Self.at),"claimedAddress":"[::1]:2","event":"conflict","meta":"m/","name":"b"}"#
        )
        let row = #"{"address":"[::1]:1","meta":"","name":"b","state":"failed"}"#
        #expect(
            json(.members([try Self.member(state: .dead)], id: .text("i")))
                == #"{\#(Self.at),"event":"members","id":"i","members":[\#(row)]}"#
        )
    }

    @Test func bytesThatAreNoTextAreBase64() throws {
        let member = try Self.member(NodeName(bytes: [0xff]), meta: [0xff, 0])
        #expect(
            json(.update(member))
                == #"{"address":"[::1]:1",\#(Self.at),"event":"update","metaBase64":"/wA=","name":"�","nameBase64":"/w=="}"#
        )
        #expect(
            json(.message([0xfe], from: nil)) == #"{\#(Self.at),"event":"message","payloadBase64":"/g=="}"#
        )
        #expect(
            json(.message(Array("a\n\u{0}".utf8), from: member.endpoint))
                == #"{\#(Self.at),"event":"message","from":"[::1]:1","payload":"a\n\u0000"}"#
        )
    }

    @Test func answersAsJSON() throws {
        let joins: [CommandResult.Join] = [
            .init(address: "x", outcome: .failed("no")), .init(address: "y", outcome: .members(2)),
        ]
        #expect(
            json(.result(CommandResult(id: .integer(1), word: .join, detail: .join(joins))))
                == #"{\#(Self.at),"command":"join","event":"result","id":1,"ok":true,"results":["#
                + #"{"address":"x","error":"no","ok":false},{"address":"y","members":2,"ok":true}]}"#
        )
        #expect(
            json(.result(CommandResult(id: nil, word: .ping, detail: .ping(milliseconds: 0.25))))
                == #"{\#(Self.at),"command":"ping","event":"result","milliseconds":0.25,"ok":true}"#
        )
        #expect(
            json(.error(CommandFault(id: .null, word: nil, message: "m")))
                == #"{\#(Self.at),"event":"error","id":null,"message":"m"}"#
        )
    }

    @Test func keysAreTheirIds() {
        let keys = [KeyID(rawValue: 255), KeyID(rawValue: 1)]
        #expect(
            json(.keyring(keys))
                == #"{\#(Self.at),"event":"keyring","keys":["00000000000000ff","0000000000000001"]}"#
        )
        #expect(
            text(.keyring(keys)).hasSuffix(
                " keyring 00000000000000ff 0000000000000001, the first one primary"
            )
        )
    }

    @Test func aFailureComesWithItsEvidence() throws {
        let evidence = FailureEvidence(
            cause: .timeout,
            incarnation: 4,
            suspicion: PastSuspicion(
                cause: .member("c\n\u{1b}[2J"),
                duration: .milliseconds(8_250),
                confirmations: [.init(name: "d", after: .milliseconds(250))],
                expectedConfirmations: 2
            )
        )
        let line = json(.leave(try Self.member(), .failed, evidence))
        #expect(
            line
                == #"{"address":"[::1]:1",\#(Self.at),"event":"leave","evidence":{"cause":"timeout","incarnation":4,"#
                + #""suspicion":{"by":"c\n\u001b[2J","cause":"member","confirmationCount":1,"#
                + #""confirmations":[{"by":"d","milliseconds":250}],"expectedConfirmations":2,"milliseconds":8250}},"#
                + #""meta":"","name":"b","reason":"failed"}"#
        )
        #expect(
            text(.leave(try Self.member(), .failed, evidence)).hasSuffix(
                #" leave b [::1]:1 (failed): nobody refuted it; this node did not probe; suspect for 8.2 s, "#
                    + #"first told by c\n\u{1B}[2J, confirmed by d after 250 ms"#
            )
        )
    }

    @Test func aJoinOfNobodyIsNoSuccess() {
        let nobody = CommandResult.Join(address: "x", outcome: .failed("no"))
        #expect(!CommandResult(word: .join, detail: .join([nobody])).isSuccess)
    }

    @Test func aPeersWordsCannotEndALineOfText() throws {
        let member = try Self.member("b\n\u{1b}[2J", meta: Array("\u{202e}\r".utf8))
        let line = text(.join(member))
        #expect(line == #"2026-03-01T12:00:00.125Z join b\n\u{1B}[2J [::1]:1 meta "\u{202E}\r""#)
        #expect(text(.ready(name: "a", address: member.endpoint)).hasSuffix(" ready a at [::1]:1"))
        #expect(text(.leave(try Self.member(), .left)).hasSuffix(" leave b [::1]:1 (left)"))
    }
}
