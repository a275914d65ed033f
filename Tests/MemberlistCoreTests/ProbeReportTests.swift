import MemberlistWire
import Testing

@testable import MemberlistCore

/// What is told of probes, of this node's news and of failures that few confirmed, for whoever counts.
@Suite struct ProbeReportTests {
    private func reports(_ directives: [Directive]) -> [ProbeReport] {
        directives.compactMap { if case .probeFinished(let report) = $0 { report } else { nil } }
    }

    @Test func anAnswerIsToldByItsPath() throws {
        var node = Node(knowing: 3)
        var ping = try node.nextPing()
        var target = try #require(node.member(ping.node)).endpoint
        node.now = node.now.advanced(byNanoseconds: 9)
        // From an address that nobody said: it came before any helper was asked.
        var answered = node.hear(.ack(Ack(sequence: ping.sequence)), from: endpoint(77))
        #expect(reports(answered) == [ProbeReport(path: .direct, nanoseconds: 9, isDegraded: false)])

        ping = try node.nextPing()
        node.advance(by: 0.6)
        answered = node.hear(.ack(Ack(sequence: ping.sequence)), from: endpoint(77))
        #expect(reports(answered).map(\.path) == [.indirect])
        #expect(try #require(reports(answered).first).nanoseconds == .seconds(0.6))

        ping = try node.nextPing()
        target = try #require(node.member(ping.node)).endpoint
        node.advance(by: 0.6)
        // The member itself, but late.
        answered = node.hear(.ack(Ack(sequence: ping.sequence)), from: target)
        #expect(reports(answered).map(\.path) == [.direct])
    }

    @Test func noAnswerIsToldByItsReason() throws {
        var node = Node(knowing: 1)
        let ping = try node.nextPing()
        node.advance(by: 0.6)
        node.handle(.streamPingFinished(sequence: ping.sequence, answered: true))
        #expect(reports(node.advance(by: 0.5)).map(\.path) == [.stream])

        var silent = Node(knowing: 1)
        _ = try silent.nextPing()
        #expect(reports(silent.advance(by: 1.1)).map(\.path) == [.failed])

        var stalled = Node(knowing: 1)
        _ = try stalled.nextPing()
        #expect(reports(stalled.stall(20)).map(\.path).contains(.stalled))
    }

    @Test func anUnwellNodesProbesAreDegraded() throws {
        var node = Node(knowing: 1)
        _ = try node.nextPing()
        // The first is missed; the next takes twice as long.
        node.advance(by: 1.05)
        #expect(node.core.healthScore > 0)
        let report = try #require(reports(node.advance(by: 3)).first)
        #expect(report.isDegraded && report.nanoseconds >= .seconds(2))
    }

    @Test func acksCarryWhatWasSetAndFits() throws {
        var node = Node(knowing: 1)
        let limit = node.core.configuration.ackPayloadLimit
        let payload = [UInt8](repeating: 7, count: limit)
        node.handle(.ackPayloadChanged(payload))
        let answer = node.hear(.ping(Ping(sequence: 5, node: "self")))
        #expect(answer.messages == [.ack(Ack(sequence: 5, payload: WireBytes(payload)))])
        let size = try #require(answer.datagrams.first).payload.count
        #expect(size <= node.core.configuration.payloadLimit)
        node.handle(.ackPayloadChanged(payload + [7]))
        #expect(node.hear(.ping(Ping(sequence: 6, node: "self"))).messages.count == 1)
        node.handle(.ackPayloadChanged([]))
        #expect(
            node.hear(.ping(Ping(sequence: 7, node: "self"))).messages
                == [.ack(Ack(sequence: 7, payload: .null))]
        )
    }

    @Test func newsThatComesBackIsTimedOnce() throws {
        var node = Node(knowing: 2)
        node.handle(.metaChanged([1]))
        let me = node.core.localMember
        node.now = node.now.advanced(byNanoseconds: 42)
        let echo = alive(
            me.name,
            at: 1,
            incarnation: me.incarnation,
            meta: [1],
            versions: [1, 5, 2, 0, 0, 0]
        )
        let versions = node.core.configuration.versions
        try #require(versions.maximum == 5 && versions.current == 2)
        func times(_ directives: [Directive]) -> [Int64] {
            directives.compactMap { if case .newsReturned(let time) = $0 { time } else { nil } }
        }
        #expect(times(node.hear(echo)) == [42])
        #expect(times(node.hear(echo)) == [])
        // Alone, nothing can come back.
        var alone = Node()
        alone.handle(.metaChanged([1]))
        #expect(times(alone.hear(echo)) == [])
    }

    @Test func aFailureThatFewConfirmedIsTold() {
        var node = Node(knowing: 6) { $0.probeInterval = .seconds(1) }
        node.answering = Set((1..<6).map(peer))
        let directives = node.advance(by: 120)
        #expect(directives.notices.contains(.unconfirmedFailure("a")))
        #expect(directives.changes.contains(Change("a", .failed)))
        // Two are asked for at the default multiplier of 4.
        var confirmed = Node(knowing: 6) { $0.probeInterval = .seconds(1) }
        confirmed.answering = Set((1..<6).map(peer))
        for accuser in ["b", "c", "d"] as [NodeName] { confirmed.hear(suspect("a", from: accuser)) }
        let told = confirmed.advance(by: 120)
        #expect(told.changes.contains(Change("a", .failed)))
        #expect(!told.notices.contains(.unconfirmedFailure("a")))
    }
}
