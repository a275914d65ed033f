import MemberlistWire
import Testing

@testable import MemberlistCore

@Suite struct ProbingTests {
    @Test func anAnswerInTimeEndsTheProbe() throws {
        var node = Node(knowing: 3)
        let ping = try node.nextPing()
        #expect(ping.sourceNode == "self" && ping.sourcePort == 7946)
        node.now = node.now.advanced(byNanoseconds: 7_000)
        let answered = node.hear(.ack(Ack(sequence: ping.sequence, payload: [1, 2])))
        let member = try #require(node.member(ping.node))
        #expect(
            answered == [
                .probeFinished(ProbeReport(path: .direct, nanoseconds: 7_000, isDegraded: false)),
                .probeAnswered(member, roundTrip: 7_000, payload: [1, 2]),
            ]
        )
        node.answering = ["a", "b", "c"]
        #expect(node.advance(by: 10).indirectPings.isEmpty)
    }

    @Test func silenceAsksHelpersAndAStream() throws {
        var node = Node(knowing: 6)
        let ping = try node.nextPing()
        let sent = node.now
        let deadline = sent.advanced(byNanoseconds: .seconds(1))
        let late = node.advance(by: 0.5)
        #expect(late.indirectPings.count == 3)
        #expect(Set(late.indirectPings.map(\.to)).count == 3)
        for (request, helper) in late.indirectPings {
            #expect(request.sequence == ping.sequence && request.node == ping.node)
            #expect(request.wantsNack && request.sourceNode == "self" && request.sourcePort == 7946)
            #expect(helper != node.member(ping.node)?.endpoint)
        }
        let target = try #require(node.member(ping.node))
        let stream = Directive.pingOverStream(
            sequence: ping.sequence,
            to: target.endpoint,
            receiver: Receiver(name: ping.node, takesChecksum: true),
            deadline: deadline
        )
        #expect(late.contains(stream))
    }

    @Test func aStreamIsTriedWhereItMayBe() {
        func streams(_ change: (inout ProtocolConfiguration) -> Void) -> Set<NodeName> {
            var node = Node(knowing: 3, change)
            return Set(
                node.advance(by: 8).compactMap {
                    if case .pingOverStream(_, _, let receiver, _) = $0 { receiver.name } else { nil }
                }
            )
        }
        #expect(streams { _ in } == ["a", "b", "c"])
        #expect(streams { $0.streamFallbackExcept = ["b", "stranger"] } == ["a", "c"])
        #expect(streams { $0.streamFallback = false }.isEmpty)
    }

    @Test("Trap 10: in a cluster of three the only possible helper is always asked")
    func inAClusterOfThreeTheOnlyHelperIsAlwaysAsked() throws {
        for seed in 0..<200 as Range<UInt64> {
            var node = Node(knowing: 2, seed: seed)
            let ping = try node.nextPing()
            let helper = ping.node == "a" ? endpoint(3) : endpoint(2)
            #expect(node.advance(by: 0.5).indirectPings.map(\.to) == [helper])
        }
    }

    @Test func silenceToTheEndMakesASuspect() throws {
        var node = Node(knowing: 4)
        let ping = try node.nextPing()
        let directives = node.advance(by: 1)
        #expect(directives.changes == [Change(ping.node, .suspected)])
        #expect(directives.notices == [.probeFailed(ping.node)])
    }

    /// It says farewell while it is probed, and its process ends.
    @Test func whoLeavesMeanwhileOwesNoAnswer() throws {
        var node = Node(knowing: 1)
        let ping = try node.nextPing()
        #expect(node.hear(dead(ping.node, from: ping.node)).changes == [Change(ping.node, .left)])
        let directives = node.advance(by: 1)
        #expect(directives.changes.isEmpty && directives.notices.isEmpty)
        #expect(node.core.healthScore == 0)
    }

    @Test func aForwardedAnswerSaves() throws {
        var node = Node(knowing: 4)
        let ping = try node.nextPing()
        node.advance(by: 0.7)
        // It speaks of another path: no round trip is told.
        let answered = node.hear(.ack(Ack(sequence: ping.sequence)), from: endpoint(99))
        #expect(
            answered == [
                .probeFinished(ProbeReport(path: .indirect, nanoseconds: .seconds(0.7), isDegraded: false))
            ]
        )
        node.answering = ["a", "b", "c", "d"]
        #expect(node.advance(by: 5).changes.isEmpty)
    }

    @Test func anAnswerAfterTheDeadlineIsIgnored() throws {
        var node = Node(knowing: 4)
        let ping = try node.nextPing()
        node.advance(by: 1)
        let score = node.core.healthScore
        #expect(node.hear(.ack(Ack(sequence: ping.sequence))).isEmpty)
        #expect(node.core.healthScore == score)
        #expect(node.member(ping.node)?.state == .suspect)
    }

    @Test func anAnswerOverAStreamSavesAndIsTold() throws {
        var node = Node(knowing: 4)
        let ping = try node.nextPing()
        node.advance(by: 0.6)
        #expect(node.handle(.streamPingFinished(sequence: ping.sequence, answered: true)).isEmpty)
        let directives = node.advance(by: 0.4)
        #expect(directives.notices == [.reachableByStreamAlone(ping.node)])
        #expect(directives.changes.isEmpty)
    }

    @Test func aSuspectHearsOfItInTheProbe() throws {
        var node = Node(knowing: 1) { $0.suspicionMultiplier = 100 }
        node.hear(suspect("a", from: "x"))
        node.emptyQueues()
        let probe = node.advance { if case .sendDatagram = $0 { true } else { false } }
        let messages = try #require(probe.datagrams.first).messages
        #expect(messages.count == 2)
        #expect(messages.last == suspect("a", from: "self"))
    }

    @Test func olderMembersAreAskedForNoNackAndReachedByNoStream() throws {
        var node = Node { $0.indirectChecks = 3 }
        node.hear(alive("a", at: 2, versions: [1, 2, 2, 0, 0, 0]))
        node.hear(alive("b", at: 3, versions: [1, 2, 2, 0, 0, 0]))
        node.emptyQueues()
        _ = try node.nextPing()
        let late = node.advance(by: 0.5)
        #expect(late.indirectPings.map(\.ping.wantsNack) == [false])
        #expect(!late.contains { if case .pingOverStream = $0 { true } else { false } })
    }

    @Test func aStalledProcessAccusesNobody() throws {
        var node = Node(knowing: 4)
        let ping = try node.nextPing()
        let directives = node.stall(30)
        #expect(directives.changes.isEmpty)
        #expect(directives.notices == [.stalled(nanoseconds: .seconds(29))])
        #expect(node.member(ping.node)?.state == .alive)
        // One round starts over; those that were missed do not all come at once.
        #expect(directives.pings.count == 1)
    }

    @Test func pingsOfTheApplicationEndWithTheRoundTripOrWithNothing() throws {
        var node = Node(knowing: 1) { $0.probeInterval = 0 }
        let request = RequestID(7)
        let asked = node.handle(.pingRequested(request, name: "zed", endpoint(9)))
        let ping = try #require(asked.pings.first)
        #expect(ping.to == endpoint(9) && ping.ping.node == "zed")
        node.now = node.now.advanced(byNanoseconds: 500)
        #expect(
            node.hear(.ack(Ack(sequence: ping.ping.sequence))) == [.pingFinished(request, roundTrip: 500)]
        )
        node.handle(.pingRequested(request, name: "zed", endpoint(9)))
        #expect(node.advance(by: 0.5) == [.pingFinished(request, roundTrip: nil)])
    }

    @Test func pingsUnderWayAreBounded() {
        var node = Node(knowing: 1) { $0.probeInterval = 0 }
        for _ in 0..<Limits.probes { node.handle(.pingRequested(RequestID(1), name: "a", endpoint(2))) }
        let refused = node.handle(.pingRequested(RequestID(2), name: "a", endpoint(2)))
        #expect(refused == [.pingFinished(RequestID(2), roundTrip: nil)])
    }

    /// With the longest names and addresses that are let in, every datagram stays within its limit.
    @Test func longNamesFitEveryDatagram() throws {
        let limit = ProtocolConfiguration(name: "", endpoint: endpoint(1)).nameLimit
        func long(_ letter: String) -> NodeName { NodeName(String(repeating: letter, count: limit)) }
        let address = try #require(IPAddress("2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"))
        var node = Node(long("m")) { $0.endpoint = Endpoint(address: address, port: 65_535) }
        for letter in ["a", "b", "c"] {
            let alive = Alive(
                incarnation: 1 << 30,
                node: long(letter),
                address: WireBytes(address.bytes),
                port: 65_535,
                versions: [1, 5, 2, 0, 0, 0]
            )
            #expect(node.hear(.alive(alive)).changes == [Change(long(letter), .joined)])
        }
        node.emptyQueues()
        node.hear(suspect(long("a"), incarnation: 1 << 30, from: long("b")))
        let directives = node.advance(by: 30)
        let own = suspect(long("a"), incarnation: 1 << 30, from: long("m"))
        #expect(directives.messages.contains(own))
        #expect(!directives.indirectPings.isEmpty)
        #expect(directives.datagrams.allSatisfy { !$0.messages.isEmpty && $0.payload.count <= 1_393 })
    }
}
