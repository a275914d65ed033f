import MemberlistWire
import Testing

@testable import MemberlistCore

/// What the application is asked, and what waits for its answer.
@Suite struct HookTests {
    private let join = ExchangeID(1)

    private func asking(alive: Bool = false, merge: Bool = false) -> Node {
        Node {
            $0.asksAlive = alive
            $0.asksMerge = merge
            $0.probeInterval = 0
        }
    }

    @Test func anAliveWaitsForItsDecision() throws {
        var node = asking(alive: true)
        let asked = node.hear(alive("a", at: 2, incarnation: 3, meta: [7]))
        let decision = try #require(asked.aliveDecisions.first)
        #expect(decision.member == Member(name: "a", endpoint: endpoint(2), meta: [7], incarnation: 3))
        #expect(node.core.memberCount == 1)
        let allowed = node.handle(.aliveDecided(decision.id, allowed: true))
        #expect(allowed.changes == [Change("a", .joined)])
        #expect(node.handle(.aliveDecided(decision.id, allowed: true)).isEmpty)
        // What is known already is not asked again.
        #expect(node.hear(alive("a", at: 2, incarnation: 3, meta: [7])).isEmpty)
    }

    @Test func aRefusedAliveLeavesNothing() throws {
        var node = asking(alive: true)
        let decision = try #require(node.hear(alive("a", at: 2)).aliveDecisions.first)
        node.emptyQueues()
        #expect(node.handle(.aliveDecided(decision.id, allowed: false)) == [.noticed(.aliveRefused("a"))])
        #expect(node.core.memberCount == 1 && node.core.queuedBroadcasts.membership == 0)
    }

    @Test func onlyAlivesWithSixVersionBytesAreAskedAbout() {
        var node = asking(alive: true)
        #expect(node.hear(alive("a", at: 2, versions: [1, 5, 2])) == [.noticed(.malformedAlive)])
        #expect(node.hear(alive("a", at: 2, versions: [])) == [.noticed(.malformedAlive)])
    }

    @Test func aDecisionThatComesLateDoesNotUndoNewerNews() throws {
        var node = asking(alive: true)
        let first = try #require(node.hear(alive("a", at: 2, incarnation: 1)).aliveDecisions.first)
        let second = try #require(node.hear(alive("a", at: 2, incarnation: 2)).aliveDecisions.first)
        node.handle(.aliveDecided(second.id, allowed: true))
        #expect(node.handle(.aliveDecided(first.id, allowed: true)).isEmpty)
        #expect(node.member("a")?.incarnation == 2)
    }

    @Test func alivesThatWaitAreBounded() {
        var node = asking(alive: true)
        for number in 0..<Limits.pendingAlives { node.hear(alive(peer(number), at: number + 2)) }
        #expect(node.hear(alive("one more", at: 9)) == [.noticed(.overloaded)])
    }

    @Test func aMergeGoesOnInOrderWhereItWaited() throws {
        var node = asking(alive: true)
        node.handle(.joinRequested(join, endpoint(2), name: nil))
        let answer = PushPull(
            nodes: [state("a", at: 2), state("b", at: 3), state("a", at: 2, 2), state("self", at: 1)],
            userState: [4]
        )
        let first = node.handle(.stateReceived(join, answer))
        #expect(first.count == 1, "the second waits for the first")
        let second = node.handle(.aliveDecided(try #require(first.aliveDecisions.first).id, allowed: true))
        #expect(second.changes == [Change("a", .joined)])
        let rest = node.handle(.aliveDecided(try #require(second.aliveDecisions.first).id, allowed: false))
        #expect(rest.changes == [Change("a", .suspected)])
        #expect(rest.notices == [.aliveRefused("b")])
        #expect(
            rest.suffix(2) == [.deliverState([4], join: true), .exchangeFinished(join, .merged(members: 4))]
        )
    }

    @Test func aJoinsMembersWaitForTheirDecision() throws {
        var node = asking(merge: true)
        node.handle(.joinRequested(join, endpoint(2), name: nil))
        var nodes = [state("a", at: 2), state("b", at: 3, 3)]
        nodes[1].port = 0
        let asked = node.handle(.stateReceived(join, PushPull(nodes: nodes)))
        guard case .decideMerge(let id, let members)? = asked.first else {
            Issue.record("not asked")
            return
        }
        #expect(members.map(\.name) == ["a", "b"] && members.map(\.state) == [.alive, .left])
        #expect(members.map(\.endpoint) == [endpoint(2), endpoint(3)], "no port is this node's own")
        #expect(node.core.memberCount == 1)
        let merged = node.handle(.mergeDecided(id, allowed: true))
        #expect(merged.changes == [Change("a", .joined)])
        #expect(merged.last == .exchangeFinished(join, .merged(members: 2)))
    }

    @Test func aRefusedMergeIsTold() throws {
        var node = asking(merge: true)
        node.handle(.joinRequested(join, endpoint(2), name: nil))
        let asked = node.handle(.stateReceived(join, PushPull(nodes: [state("a", at: 2)])))
        guard case .decideMerge(let id, _)? = asked.first else {
            Issue.record("not asked")
            return
        }
        let refused = node.handle(.mergeDecided(id, allowed: false))
        #expect(refused == [.exchangeFinished(join, .refused), .noticed(.mergeRefused)])
        #expect(node.core.memberCount == 1)
    }

    @Test func onlyJoinsAreAskedAbout() {
        var node = asking(merge: true)
        let offered = node.handle(.stateOffered(StreamID(1), PushPull(nodes: [state("a", at: 2)])))
        #expect(offered.changes == [Change("a", .joined)])
    }

    @Test func mergesThatWaitAreBoundedAndThenPeersGetNoAnswer() {
        var node = asking(merge: true)
        let offer = PushPull(join: true, nodes: [state("a", at: 2)])
        for id in 0..<128 as Range<UInt64> { node.handle(.stateOffered(StreamID(id), offer)) }
        let refused = node.handle(.stateOffered(StreamID(128), offer))
        #expect(refused == [.refuseState(StreamID(128)), .noticed(.overloaded)])
    }

    /// Whoever holds a key and meets a slow hook fills no memory with states; one of any size is asked about.
    @Test func statesThatWaitAreBoundedInBytes() throws {
        var node = asking(merge: true)
        func offer(_ number: UInt64, bytes: Int) -> [Directive] {
            let userState = [UInt8](repeating: 0, count: bytes)
            let state = PushPull(join: true, nodes: [state("a", at: 2)], userState: userState)
            return node.handle(.stateOffered(StreamID(number), state))
        }
        let refused = { (number: UInt64) in [Directive.refuseState(StreamID(number)), .noticed(.overloaded)] }
        let half = 32 << 20
        let first = offer(1, bytes: 2 * half)
        #expect(first != refused(1))
        #expect(offer(2, bytes: 1) == refused(2))
        let question = first.lazy.compactMap { if case .decideMerge(let id, _) = $0 { id } else { nil } }
            .first
        node.handle(.mergeDecided(try #require(question), allowed: false))
        #expect(offer(3, bytes: half) != refused(3))
        #expect(offer(4, bytes: half - 1_024) != refused(4))
        #expect(offer(5, bytes: 1_024) == refused(5))
    }
}
