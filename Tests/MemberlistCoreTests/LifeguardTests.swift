import MemberlistWire
import Testing

@testable import MemberlistCore

/// What a node does without each of Lifeguard's extensions, and that the others stay.
@Suite struct LifeguardTests {
    private func node(knowing count: Int, without extensions: LifeguardExtensions) -> Node {
        Node(knowing: count) {
            $0.suspicionMultiplier = 4
            $0.lifeguard = .all.subtracting(extensions)
        }
    }

    @Test func withoutHealthAwareProbesTheScoreStaysAndNoNackIsAskedFor() throws {
        for extensions in [[], .probe] as [LifeguardExtensions] {
            var node = node(knowing: 5, without: extensions)
            let round = node.advance { if case .sendDatagram = $0 { true } else { false } }
            let ping = try #require(round.pings.first)
            let helped = node.advance(by: 0.5).indirectPings
            #expect(helped.count == 3)
            #expect(helped.allSatisfy { $0.ping.wantsNack == extensions.isEmpty })
            let ended = node.advance(by: 0.5)
            #expect(ended.notices.contains(.probeFailed(ping.ping.node)))
            node.hear(suspect("self", from: "a"))
            #expect((node.core.healthScore == 0) == (extensions == .probe))
        }
    }

    @Test func withoutHealthAwareProbesANackIsStillSentToWhoAsks() {
        var node = node(knowing: 3, without: .probe)
        let request = IndirectPing(
            sequence: 7,
            target: WireBytes(endpoint(3).address.bytes),
            port: 7946,
            node: "b",
            wantsNack: true
        )
        node.hear(.indirectPing(request))
        #expect(node.advance(by: 0.5).messages.contains(.nack(Nack(sequence: 7))))
    }

    @Test func withoutHealthAwareSuspicionItLastsItsMinimum() {
        var node = node(knowing: 10, without: .suspicion)
        node.answering = Set((0..<10).map(peer))
        let start = node.now
        node.hear(suspect("a", from: "x"))
        node.emptyQueues()
        #expect(node.hear(suspect("a", from: "y")).isEmpty)
        #expect(node.core.queuedBroadcasts.membership == 0, "a confirmation is not passed on")
        #expect(node.core.suspicions.map(\.confirmations) == [0])
        // 11 members: 4 x log10(11), cut to three decimals, of one second.
        let minimum = Int64.seconds(4.164)
        #expect(node.advance(to: start.advanced(byNanoseconds: minimum - 1)).changes.isEmpty)
        #expect(node.advance(by: 1e-9).changes == [Change("a", .failed)])
    }

    @Test func withoutTheBuddySystemAPingToASuspectCarriesGossip() throws {
        for extensions in [[], .buddy] as [LifeguardExtensions] {
            var node = node(knowing: 1, without: extensions)
            node.hear(suspect("a", from: "x"))
            node.emptyQueues()
            node.hear(alive("b", at: 3))
            let probe = node.advance { if case .sendDatagram = $0 { true } else { false } }
            let ping = try #require(probe.datagrams.first { $0.destination == endpoint(2) })
            let own = suspect("a", from: "self")
            #expect(ping.messages.contains(own) == extensions.isEmpty)
            #expect(ping.messages.contains(alive("b", at: 3)) == (extensions == .buddy))
        }
    }
}
