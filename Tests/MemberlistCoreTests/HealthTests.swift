import MemberlistWire
import Testing

@testable import MemberlistCore

/// How the health score moves, and what it stretches.
@Suite struct HealthTests {
    @Test(arguments: 0...3) func eachMissingNackCostsOne(nacks: Int) throws {
        var node = Node(knowing: 5)
        let ping = try node.nextPing()
        node.advance(by: 0.5)
        for _ in 0..<nacks { node.hear(.nack(Nack(sequence: ping.sequence))) }
        node.advance(by: 0.5)
        #expect(node.core.healthScore == 3 - nacks)
    }

    @Test func moreNacksThanAskedForCountNothing() throws {
        var node = Node(knowing: 5)
        let ping = try node.nextPing()
        // Before anybody was asked none is due.
        node.hear(.nack(Nack(sequence: ping.sequence)))
        node.advance(by: 0.5)
        for _ in 0..<9 { node.hear(.nack(Nack(sequence: ping.sequence))) }
        node.advance(by: 0.5)
        #expect(node.core.healthScore == 0)
    }

    @Test func whereNoNackIsDueAFailedProbeCostsOne() throws {
        var node = Node(knowing: 1)
        _ = try node.nextPing()
        let directives = node.advance(by: 1)
        #expect(node.core.healthScore == 1)
        #expect(directives.contains(.healthChanged(1)))
    }

    @Test func anAnswerBetters() throws {
        var node = Node(knowing: 1) { $0.suspicionMultiplier = 100 }
        _ = try node.nextPing()
        node.advance(by: 0.9)
        node.answering = ["a"]
        let directives = node.advance(by: 0.1)
        #expect(directives.contains(.healthChanged(1)))
        #expect(directives.contains(.healthChanged(0)))
    }

    @Test func aRefutationCostsOne() {
        var node = Node(knowing: 1)
        #expect(node.hear(suspect("self", from: "a")).contains(.healthChanged(1)))
    }

    @Test func theScoreStaysWithinItsBounds() {
        var score = HealthScore(multiplier: 8)
        let low = score.apply(-1)
        #expect(!low && score.value == 0)
        let high = score.apply(100)
        #expect(high && score.value == 7)
        let still = score.apply(1)
        #expect(!still)
    }

    @Test func theScoreStretchesIntervalAndDeadlineAndNotTheTimeout() throws {
        var node = Node(knowing: 4) { $0.suspicionMultiplier = 1_000 }
        for incarnation in 1...2 as ClosedRange<UInt32> {
            node.hear(suspect("self", incarnation: incarnation, from: "a"))
        }
        #expect(node.core.healthScore == 2)
        _ = try node.nextPing()
        let sent = node.now
        #expect(node.advance(to: sent.advanced(byNanoseconds: .seconds(0.5) - 1)).isEmpty)
        let asked = node.advance(to: sent.advanced(byNanoseconds: .seconds(0.5)))
        #expect(asked.indirectPings.count == 3)
        let deadlines = asked.compactMap {
            if case .pingOverStream(_, _, _, let deadline) = $0 { deadline } else { nil }
        }
        #expect(deadlines == [sent.advanced(byNanoseconds: .seconds(3))])
        #expect(node.advance(to: sent.advanced(byNanoseconds: .seconds(3) - 1)).isEmpty)
        let ended = node.advance(to: sent.advanced(byNanoseconds: .seconds(3)))
        #expect(ended.changes.count == 1)
        #expect(ended.pings.count == 1)
    }
}
