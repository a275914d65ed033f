import MemberlistWire
import Testing

@testable import MemberlistCore

/// Seeds where names are required: a seed is a member then, and not whoever listens at its address.
@Suite struct NamedSeedTests {
    private func node(_ count: Int, needsNames: Bool = true) -> Node {
        var node = Node(knowing: count) {
            $0.probeInterval = 0
            $0.healInterval = .seconds(5)
            $0.healMaximumInterval = .seconds(10)
            $0.seedsNeedNames = needsNames
        }
        node.handle(.seedsChanged([]))
        return node
    }

    /// Lets time go on; every ping over a stream to one of those names is answered.
    private func advance(_ node: inout Node, by seconds: Double, answering: Set<NodeName> = []) -> [Directive]
    {
        var all: [Directive] = []
        let end = node.now.advanced(byNanoseconds: .seconds(seconds))
        while let next = node.core.nextDeadline, next <= end {
            let directives = node.advance(to: next)
            all += directives
            for case .pingOverStream(let sequence, _, let receiver, _) in directives {
                let answered = receiver.name.map(answering.contains) ?? false
                all += node.handle(.streamPingFinished(sequence: sequence, answered: answered))
            }
        }
        node.now = end
        return all
    }

    private func asked(_ directives: [Directive]) -> [Seed] {
        directives.compactMap {
            if case .pingOverStream(_, let endpoint, let receiver, _) = $0 {
                Seed(endpoint, name: receiver.name)
            } else {
                nil
            }
        }
    }

    @Test func aSeedIsAskedForByItsNameAndJoinedOnlyIfItAnswers() throws {
        var node = node(0)
        node.handle(.seedsChanged([Seed(endpoint(30), name: "web")]))
        let silent = advance(&node, by: 60)
        #expect(Set(asked(silent)) == [Seed(endpoint(30), name: "web")])
        #expect(silent.exchanges.isEmpty, "somebody else has that address")
        let answered = advance(&node, by: 60, answering: ["web"])
        let receivers = answered.compactMap { directive -> Receiver? in
            if case .exchangeState(_, endpoint(30), let receiver, _) = directive { receiver } else { nil }
        }
        #expect(try #require(receivers.first).name == "web")
    }

    @Test func aSeedWithoutANameIsNeverDialled() {
        var node = node(0)
        node.handle(.joinRequested(ExchangeID(1), endpoint(30), name: nil))
        node.handle(.exchangeFailed(ExchangeID(1)))
        node.handle(.seedsChanged([Seed(endpoint(30)), Seed(endpoint(31))]))
        let directives = advance(&node, by: 600, answering: ["web"])
        #expect(directives.exchanges.isEmpty && asked(directives).isEmpty && !node.core.isHealing)
    }

    @Test func aJoinsNameIsKept() {
        var node = node(0)
        node.handle(.joinRequested(ExchangeID(1), endpoint(30), name: "web"))
        node.handle(.exchangeFailed(ExchangeID(1)))
        #expect(Set(asked(advance(&node, by: 60))) == [Seed(endpoint(30), name: "web")])
    }

    @Test("Trap 2: a seed whose member lives elsewhere by now is not dialled") func aSeedThatMoved() {
        var node = node(1)
        node.handle(.seedsChanged([Seed(endpoint(30), name: "a"), Seed(endpoint(31), name: "self")]))
        #expect(asked(advance(&node, by: 600)).isEmpty && !node.core.isHealing)
        node.hear(dead("a", from: "b"))
        #expect(asked(advance(&node, by: 600)).contains(Seed(endpoint(30), name: "a")))
    }

    @Test func twoMembersMayShareAnAddressOverTime() {
        var node = node(0)
        let seeds = [Seed(endpoint(30), name: "old"), Seed(endpoint(30), name: "new")]
        node.handle(.seedsChanged(seeds))
        #expect(Set(asked(advance(&node, by: 600))) == Set(seeds))
    }

    @Test func whereNamesAreAHintWhoeverAnswersIsJoined() {
        var node = node(0, needsNames: false)
        node.handle(.seedsChanged([Seed(endpoint(30), name: "web"), Seed(endpoint(30))]))
        let directives = advance(&node, by: 60)
        #expect(asked(directives).isEmpty && Set(directives.exchanges.map(\.with)) == [endpoint(30)])
    }
}
