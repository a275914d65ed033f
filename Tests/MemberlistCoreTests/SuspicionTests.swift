import MemberlistWire
import Testing

@testable import MemberlistCore

/// How long a suspicion lasts, and what ends it.
@Suite struct SuspicionTests {
    /// Timers of suspicions alone: with a probe interval, and with probes that are all answered.
    private func node(knowing count: Int, multiplier: Int = 4) -> Node {
        var node = Node(knowing: count) { $0.suspicionMultiplier = multiplier }
        // A suspect's own answer would change nothing: only an alive refutes.
        node.answering = Set((0..<count).map(peer))
        return node
    }

    /// The moment, after the suspicion's start, at which `a` is declared failed.
    private func failure(_ node: inout Node, since start: Instant) -> Int64? {
        for _ in 0..<10_000 {
            guard let deadline = node.core.nextDeadline else { return nil }
            if node.advance(to: deadline).changes.contains(Change("a", .failed)) {
                return node.now.nanoseconds(since: start)
            }
        }
        return nil
    }

    @Test func alonItLastsTheLongestTime() throws {
        var node = node(knowing: 10)
        let start = node.now
        #expect(node.hear(suspect("a", from: "x")).changes == [Change("a", .suspected)])
        // 11 members: 4 x log10(11), cut to three decimals, of one second; six times that.
        let minimum = Formulas.suspicionTimeout(multiplier: 4, members: 11, interval: .seconds(1))
        #expect(minimum == .seconds(4.164))
        #expect(failure(&node, since: start) == 6 * minimum)
    }

    @Test(arguments: 1...2) func confirmationsShortenIt(count: Int) throws {
        var node = node(knowing: 10)
        let start = node.now
        node.hear(suspect("a", from: "x"))
        node.now = .at(0.05)
        for number in 0..<count { node.hear(suspect("a", from: NodeName("y\(number)"))) }
        let minimum = Int64.seconds(4.164)
        let remaining = Formulas.remainingSuspicion(
            confirmations: count,
            expected: 2,
            elapsed: .seconds(0.05),
            minimum: minimum,
            maximum: 6 * minimum
        )
        #expect(failure(&node, since: start) == remaining + .seconds(0.05))
        if count == 2 { #expect(remaining + .seconds(0.05) == minimum) }
    }

    /// Each confirmation starts the timer anew, and none of them is left when the member refutes.
    @Test func whatIsRefutedWakesNobody() {
        var node = Node(knowing: 10) { $0.probeInterval = 0 }
        for accuser in ["x", "y", "z"] as [NodeName] { node.hear(suspect("a", from: accuser)) }
        node.emptyQueues()
        #expect(node.core.nextDeadline != nil)
        node.hear(alive("a", at: 2, incarnation: 2))
        node.emptyQueues()
        #expect(node.core.nextDeadline == nil)
    }

    @Test func eachNewConfirmationIsPassedOnAndNoOther() {
        var node = node(knowing: 10)
        func heard(from accuser: NodeName) -> Bool {
            node.emptyQueues()
            node.hear(suspect("a", from: accuser))
            return node.core.queuedBroadcasts.membership > 0
        }
        #expect(heard(from: "x"))
        #expect(!heard(from: "x"), "the first accuser does not confirm")
        #expect(heard(from: "y"))
        #expect(!heard(from: "y"), "once an accuser")
        #expect(heard(from: "z"))
        #expect(!heard(from: "w"), "no more than are expected")
        #expect(node.core.suspicions.map(\.confirmations) == [2])
    }

    @Test(arguments: [(1, 0), (2, 0), (3, 2)])
    func smallClustersExpectNoConfirmation(others: Int, expected: Int) throws {
        // With two more than self and the suspect there are two that can confirm.
        var node = node(knowing: others)
        let start = node.now
        node.hear(suspect("a", from: "x"))
        let first = failure(&node, since: start)
        #expect(first == (expected == 0 ? .seconds(4) : .seconds(24)))
    }

    @Test func anAliveClearsIt() throws {
        var node = node(knowing: 10)
        node.hear(suspect("a", from: "x"))
        let cleared = node.hear(alive("a", at: 2, incarnation: 2))
        #expect(cleared.changes == [Change("a", .recovered)])
        #expect(node.core.suspicions.isEmpty)
        #expect(node.advance(by: 60).changes.isEmpty)
        // Suspected again it gets its whole time.
        let start = node.now
        node.hear(suspect("a", incarnation: 2, from: "y"))
        #expect(failure(&node, since: start) == 6 * .seconds(4.164))
    }

    @Test func anAliveOfTheSameIncarnationDoesNot() {
        var node = node(knowing: 10)
        node.hear(suspect("a", from: "x"))
        #expect(node.hear(alive("a", at: 2)).isEmpty)
        #expect(node.member("a")?.state == .suspect)
    }

    @Test func olderAccusationsAndThoseAboutTheUnknownAreIgnored() {
        var node = Node(knowing: 2)
        node.hear(alive("a", at: 2, incarnation: 5))
        node.emptyQueues()
        #expect(node.hear(suspect("a", incarnation: 4, from: "b")).isEmpty)
        #expect(node.hear(dead("a", incarnation: 4, from: "b")).isEmpty)
        #expect(node.hear(suspect("nobody", from: "b")).isEmpty)
        #expect(node.hear(dead("nobody", from: "b")).isEmpty)
        #expect(node.core.queuedBroadcasts.membership == 0)
        #expect(node.hear(suspect("a", incarnation: 5, from: "b")).changes == [Change("a", .suspected)])
        #expect(node.hear(dead("a", incarnation: 5, from: "b")).changes == [Change("a", .failed)])
    }

    @Test func aStalledProcessListensBeforeItDeclaresDeath() {
        var node = node(knowing: 10)
        node.hear(suspect("a", from: "x"))
        let woken = node.stall(100)
        #expect(woken.changes.isEmpty)
        #expect(woken.notices.contains { if case .stalled = $0 { true } else { false } })
        #expect(node.hear(alive("a", at: 2, incarnation: 2)).changes == [Change("a", .recovered)])

        node.hear(suspect("a", incarnation: 2, from: "x"))
        #expect(node.stall(100).changes.isEmpty)
        let start = node.now
        #expect(failure(&node, since: start) == .seconds(1))
    }

    @Test func anAccuserThatNoNodeCanBeIsRefused() {
        var node = Node(knowing: 4)
        // It would wait in the queue for ever, too long for any datagram, in place of what can be sent.
        let long = NodeName(String(repeating: "x", count: 1_390))
        #expect(node.hear(suspect("a", from: long)) == [.noticed(.malformedMessage)])
        #expect(node.hear(dead("a", from: long)) == [.noticed(.malformedMessage)])
        #expect(node.core.queuedBroadcasts.membership == 0)
        #expect(node.member("a")?.state == .alive)
    }

    @Test("Trap 6: a late alive between two deaths does not raise the dead")
    func whatIsSaidOfTheDeadIsRememberedAtItsHighest() {
        // A late alive between two deaths must not raise the dead.
        var node = Node(knowing: 4)
        node.hear(dead("a", incarnation: 1, from: "b"))
        node.hear(dead("a", incarnation: 7, from: "c"))
        #expect(node.hear(alive("a", at: 2, incarnation: 7)).changes.isEmpty)
        #expect(node.hear(alive("a", at: 2, incarnation: 5)).changes.isEmpty)
        #expect(node.hear(alive("a", at: 2, incarnation: 8)).changes == [Change("a", .joined)])
    }
}
