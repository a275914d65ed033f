import MemberlistWire
import Testing

@testable import MemberlistCore

/// The way out, and back in.
@Suite struct LeavingTests {
    private func gossiping(_ count: Int) -> Node {
        Node(knowing: count) { $0.gossipInterval = .seconds(0.2) }
    }

    /// The pings that travel with the farewell.
    private func pings(_ datagrams: [Datagram]) -> [UInt32] {
        datagrams.flatMap(\.messages).compactMap {
            if case .ping(let ping) = $0 { ping.sequence } else { nil }
        }
    }

    @Test("Trap 14: the farewell goes out at once, and it is known how many were told and how many have it")
    func theFarewellGoesOutAtOnceAndIsHeard() throws {
        var node = gossiping(5)
        let left = node.handle(.leaveRequested)
        #expect(left.changes == [Change("self", .left)])
        #expect(left.datagrams.count == 3)
        #expect(left.datagrams.allSatisfy { $0.messages.first == dead("self", from: "self") })
        let asked = pings(left.datagrams)
        #expect(asked.count == 3 && left.datagrams.allSatisfy { $0.messages.count == 2 })
        for sequence in asked.prefix(2) {
            #expect(node.hear(.ack(Ack(sequence: sequence)), from: endpoint(9)).isEmpty)
        }
        // One answer for one ping.
        #expect(node.hear(.ack(Ack(sequence: asked[0])), from: endpoint(9)).isEmpty)
        #expect(node.advance(by: 1).contains(.leaveFinished(told: 4, heard: 2, isComplete: true)))
        #expect(node.handle(.leaveRequested) == [.leaveFinished(told: 4, heard: 2, isComplete: true)])
        node.hear(.ack(Ack(sequence: asked[2])), from: endpoint(9))
        #expect(node.handle(.leaveRequested) == [.leaveFinished(told: 4, heard: 3, isComplete: true)])
    }

    @Test("Trap 14: what was sent and not answered was not heard, and an answer that is late still counts")
    func aFarewellThatNobodyAnswersWasNotHeard() throws {
        var (silent, late) = (gossiping(3), gossiping(3))
        silent.handle(.leaveRequested)
        let told = silent.advance(by: 10).compactMap { directive -> [Int]? in
            if case .leaveFinished(let told, let heard, true) = directive { [told, heard] } else { nil }
        }
        #expect(told == [[3, 0]])
        let sent = late.handle(.leaveRequested) + late.advance(by: 0.5)
        #expect(!sent.contains { if case .leaveFinished = $0 { true } else { false } })
        let last = try #require(pings(sent.datagrams).last)
        let answered = late.hear(.ack(Ack(sequence: last)), from: endpoint(9))
        #expect(answered == [.leaveFinished(told: 3, heard: 1, isComplete: true)])
    }

    /// Names that leave no room for a ping beside the farewell: that goes out all the same, and nobody can answer.
    @Test func aFarewellGoesOutWhereNoPingFitsBesideIt() {
        let name = NodeName(String(repeating: "n", count: 255))
        var node = Node(name) {
            ($0.payloadLimit, $0.checksummedPayloadLimit, $0.nativePayloadLimit) = (700, 700, 700)
        }
        node.hear(alive("a", at: 2))
        let left = node.handle(.leaveRequested)
        #expect(
            left.datagrams.map(\.messages.first) == [dead(name, from: name)] && pings(left.datagrams).isEmpty
        )
    }

    @Test func aloneNobodyHears() {
        var node = gossiping(2)
        node.hear(dead("a", from: "b"))
        node.hear(dead("b", from: "b"))
        #expect(node.handle(.leaveRequested).contains(.leaveFinished(told: 0, heard: 0, isComplete: true)))
        #expect(node.handle(.leaveRequested) == [.leaveFinished(told: 0, heard: 0, isComplete: true)])
    }

    @Test func itIsNotCalledBack() {
        var node = gossiping(3)
        node.handle(.leaveRequested)
        for message in [
            alive("self", at: 1, incarnation: 5), suspect("self", incarnation: 5, from: "a"),
            dead("self", incarnation: 5, from: "a"), alive("self", at: 40, incarnation: 9),
        ] {
            #expect(node.hear(message).isEmpty)
        }
        #expect(node.core.localMember.state == .left)
        #expect(node.handle(.metaChanged([1])).isEmpty)
    }

    @Test func toldOfAFormerLifeItSaysFarewellAgain() {
        var node = gossiping(3)
        node.handle(.leaveRequested)
        #expect(node.hear(alive("self", at: 1, incarnation: 5)).isEmpty)
        // The first word is replaced, which is no hearing.
        let told = node.advance(by: 1)
        #expect(
            told.contains {
                if case .leaveFinished(told: 3, _, isComplete: true) = $0 { true } else { false }
            }
        )
        #expect(
            told.datagrams.allSatisfy { $0.messages.first == dead("self", incarnation: 5, from: "self") }
        )
        #expect(!told.datagrams.isEmpty)
        // What it has said farewell above, what another process of its name says, or nobody can have reached, is no news.
        node.hear(alive("self", at: 1, incarnation: 4))
        node.hear(alive("self", at: 9, incarnation: 7))
        node.hear(alive("self", at: 1, incarnation: 1 << 31))
        #expect(node.advance(by: 5).datagrams.isEmpty)
        #expect(node.core.localMember.incarnation == 5 && node.core.localMember.state == .left)
    }

    @Test func itProbesNobodyAndStillAnswers() {
        var node = gossiping(3)
        node.answering = ["a", "b", "c"]
        node.handle(.leaveRequested)
        let directives = node.advance(by: 10)
        #expect(
            directives.datagrams.allSatisfy { datagram in
                datagram.messages.contains(dead("self", from: "self")) || pings([datagram]).isEmpty
            },
            "a ping without the farewell"
        )
        #expect(!directives.contains { if case .probeFinished = $0 { true } else { false } })
        #expect(node.hear(.ping(Ping(sequence: 1, node: "self"))).messages == [.ack(Ack(sequence: 1))])
    }

    @Test("Trap 14: a thousand news that wait do not keep a farewell") func theFarewellGoesFirst() {
        var node = gossiping(40)
        for number in 40..<1_040 { node.hear(alive(peer(number), at: number + 2)) }
        for number in 0..<50 {
            node.handle(
                .broadcastRequested(RequestID(UInt64(number)), [UInt8](repeating: 1, count: 900), name: nil)
            )
        }
        let left = node.handle(.leaveRequested)
        #expect(left.datagrams.count >= 3)
        #expect(left.datagrams.allSatisfy { $0.messages.first == dead("self", from: "self") })
        let rest = node.advance(by: 2)
        let told = Set(
            (left + rest).datagrams.filter { $0.messages.contains(dead("self", from: "self")) }
                .map(\.destination)
        )
        #expect(rest.contains(.leaveFinished(told: told.count, heard: 0, isComplete: true)))
        #expect(told.count > 8)
    }

    @Test("Trap 17: who left comes back in the same process, above its farewell")
    func aJoinBringsItBackAboveItsFarewell() throws {
        var node = gossiping(2)
        node.answering = ["a", "b"]
        node.handle(.leaveRequested)
        node.advance(by: 5)
        let joined = node.handle(.joinRequested(ExchangeID(1), endpoint(2), name: nil))
        #expect(joined.changes == [Change("self", .joined)])
        let mine = try #require(joined.exchanges.first).state.nodes.first { $0.name == "self" }
        #expect(mine?.state == 0 && mine?.incarnation == 2)
        let after = node.advance(by: 10)
        #expect(after.messages.contains(alive("self", at: 1, incarnation: 2)))
        #expect(!after.pings.isEmpty)
        // And it can leave again.
        #expect(node.handle(.leaveRequested).messages.contains(dead("self", incarnation: 2, from: "self")))
    }

    @Test func aJoinThatCutsTheLeaveShortEndsIt() {
        var node = gossiping(5)
        node.handle(.leaveRequested)
        let joined = node.handle(.joinRequested(ExchangeID(1), endpoint(2), name: nil))
        #expect(joined.contains(.leaveFinished(told: 3, heard: 0, isComplete: false)))
        #expect(!node.advance(by: 5).messages.contains(dead("self", from: "self")))
    }

    @Test func aRejoinAfterADeathAtAHigherIncarnationIsAboveIt() {
        var node = gossiping(2)
        node.handle(.leaveRequested)
        node.hear(dead("self", incarnation: 8, from: "a"))
        node.handle(.joinRequested(ExchangeID(1), endpoint(2), name: nil))
        #expect(node.core.localMember.incarnation == 9)
    }

    @Test func othersHearOfItAsALeave() {
        var node = Node(knowing: 3)
        #expect(node.hear(dead("a", from: "a")).changes == [Change("a", .left)])
        #expect(node.hear(dead("b", from: "a")).changes == [Change("b", .failed)])
        #expect(node.hear(dead("a", from: "a")).isEmpty)
        #expect(node.hear(suspect("a", from: "b")).isEmpty)
    }
}
