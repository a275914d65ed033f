import FixtureSupport
import MemberlistWire
import Testing

@testable import MemberlistCore

/// Push/pull: when, with whom, and in which order.
@Suite struct StateExchangeTests {
    private let join = ExchangeID(1)

    private func names(_ state: PushPull) -> [NodeName] { state.nodes.map(\.name).sorted() }

    @Test func itComesAtItsInterval() {
        var node = Node(knowing: 3) {
            $0.pushPullInterval = .seconds(30)
            $0.probeInterval = 0
        }
        var exchanges = node.advance(by: 30).exchanges
        let start = node.now
        exchanges += node.advance(to: start.advanced(byNanoseconds: .seconds(300))).exchanges
        #expect(exchanges.count == 11)
        #expect(exchanges.allSatisfy { !$0.state.join && names($0.state) == ["a", "b", "c", "self"] })
        #expect(Set(exchanges.map(\.with)).isSubset(of: [endpoint(2), endpoint(3), endpoint(4)]))
        #expect(Set(exchanges.map(\.id)).count == 11)
    }

    @Test func itIsRarerInALargeCluster() {
        var node = Node(knowing: 63) {
            $0.pushPullInterval = .seconds(30)
            $0.probeInterval = 0
        }
        node.advance(by: 30)
        // 64 members, twice 32: twice the interval.
        #expect(node.advance(by: 600).exchanges.count == 10)
    }

    @Test func onlyTheAliveAreAskedAndNobodyByALeaver() {
        var node = Node(knowing: 3) {
            $0.pushPullInterval = .seconds(1)
            $0.probeInterval = 0
            $0.suspicionMultiplier = 1_000
        }
        node.hear(suspect("a", from: "b"))
        node.hear(dead("c", from: "b"))
        #expect(Set(node.advance(by: 20).exchanges.map(\.with)) == [endpoint(3)])
        node.handle(.leaveRequested)
        #expect(node.advance(by: 20).exchanges.isEmpty)
    }

    @Test func aJoinTellsAllAndMergesTheAnswer() throws {
        var node = Node { $0.asksMerge = false }
        let asked = node.handle(.joinRequested(join, endpoint(2), name: nil))
        let exchange = try #require(asked.exchanges.first)
        #expect(exchange.with == endpoint(2) && exchange.state.join && names(exchange.state) == ["self"])
        let answer = PushPull(join: true, nodes: [state("a", at: 2), state("b", at: 3)], userState: [5])
        let merged = node.handle(.stateReceived(join, answer))
        #expect(merged.changes == [Change("a", .joined), Change("b", .joined)])
        #expect(
            merged.suffix(2) == [
                .deliverState([5], join: true), .exchangeFinished(join, .merged(members: 2)),
            ]
        )
        #expect(node.handle(.stateReceived(join, answer)).isEmpty, "an exchange has one answer")
    }

    @Test func theAnswerGoesOutBeforeTheMerge() throws {
        var node = Node(knowing: 1)
        let offered = node.handle(
            .stateOffered(StreamID(9), PushPull(join: true, nodes: [state("b", at: 3)]))
        )
        guard case .answerState(StreamID(9), let said)? = offered.first else {
            Issue.record("no answer first")
            return
        }
        let answer = said.heard
        #expect(answer.join && names(answer) == ["a", "self"])
        #expect(offered.changes == [Change("b", .joined)])
        let again = node.handle(.stateOffered(StreamID(10), PushPull(nodes: [])))
        guard case .answerState(_, let saidAgain)? = again.first else { return }
        let second = saidAgain.heard
        #expect(!second.join && names(second) == ["a", "b", "self"])
    }

    @Test func aPeersDeadAreSuspectsHereAndItsLeftHaveLeft() {
        var node = Node(knowing: 4)
        let offered = node.handle(
            .stateOffered(
                StreamID(1),
                PushPull(nodes: [
                    state("a", at: 2, 2), state("b", at: 3, 3), state("c", at: 4, 1), state("x", at: 9, 2),
                    state("d", at: 5, 77),
                ])
            )
        )
        #expect(offered.changes == [Change("a", .suspected), Change("b", .left), Change("c", .suspected)])
        // From this node itself: so it is told on.
        let queued = node.core.queuedMembershipBroadcasts.compactMap { try? Message.decode($0.payload[...]) }
        #expect(queued.contains(suspect("a", from: "self")) && queued.contains(dead("b", from: "b")))
    }

    @Test("Trap 5: a node that restarts on its address and is told that it is dead lives")
    func aRestartedNodeThatIsToldItIsDeadLives() {
        for believed in 1...3 {
            var node = Node()
            node.handle(.joinRequested(join, endpoint(2), name: nil))
            let answer = PushPull(nodes: [state("a", at: 2), state("self", at: 1, believed, incarnation: 9)])
            let merged = node.handle(.stateReceived(join, answer))
            #expect(merged.notices == [.refuted(incarnation: 10)])
            #expect(node.core.localMember.state == .alive)
        }
    }

    @Test func failureIsTold() {
        var node = Node()
        node.handle(.joinRequested(join, endpoint(2), name: nil))
        #expect(node.handle(.exchangeFailed(join)) == [.exchangeFinished(join, .failed)])
        #expect(node.handle(.exchangeFailed(join)).isEmpty)
    }

    @Test func exchangesAreBounded() {
        var node = Node()
        for id in 0..<128 as Range<UInt64> {
            #expect(node.handle(.joinRequested(ExchangeID(id), endpoint(2), name: nil)).exchanges.count == 1)
        }
        let refused = node.handle(.joinRequested(ExchangeID(128), endpoint(2), name: nil))
        #expect(refused == [.exchangeFinished(ExchangeID(128), .unavailable)])
        node.handle(.exchangeFailed(ExchangeID(0)))
        #expect(node.handle(.joinRequested(ExchangeID(128), endpoint(2), name: nil)).exchanges.count == 1)
    }

    // MARK: Versions

    private func outcome(
        local: ProtocolVersions = ProtocolVersions(),
        remote: [PushNodeState]
    ) -> (node: Node, directives: [Directive]) {
        var node = Node { $0.versions = local }
        node.handle(.joinRequested(join, endpoint(2), name: nil))
        let directives = node.handle(.stateReceived(join, PushPull(nodes: remote)))
        return (node, directives)
    }

    private func isIncompatible(_ directives: [Directive], _ name: NodeName, delegate: Bool) -> Bool {
        directives.contains {
            guard case .exchangeFinished(join, .incompatible(let found)) = $0 else { return false }
            return found.name == name && found.isDelegate == delegate
        }
    }

    @Test func aPeerThatSpeaksWhatIsNotUnderstoodHereIsRefusedWhole() {
        let (node, directives) = outcome(remote: [
            state("a", at: 2), state("b", at: 3, versions: [1, 6, 6, 0, 0, 0]),
        ])
        #expect(isIncompatible(directives, "b", delegate: false))
        #expect(node.core.memberCount == 1)
    }

    @Test func aPeerThatDoesNotUnderstandThisNodeIsRefused() {
        let (_, directives) = outcome(
            local: ProtocolVersions(current: 5),
            remote: [state("a", at: 2, versions: [1, 4, 4, 0, 0, 0])]
        )
        #expect(isIncompatible(directives, "self", delegate: false))
    }

    @Test func theApplicationsVersionsCountToo() {
        let serf = ProtocolVersions(delegateMinimum: 2, delegateMaximum: 5, delegateCurrent: 5)
        let (_, directives) = outcome(local: serf, remote: [state("a", at: 2)])
        #expect(isIncompatible(directives, "a", delegate: true))
        let (node, _) = outcome(local: serf, remote: [state("a", at: 2, versions: [1, 5, 2, 2, 5, 4])])
        #expect(node.core.memberCount == 2)
    }

    @Test func anEntryWithoutVersionsSpeaksVersionZero() {
        let (_, directives) = outcome(remote: [state("a", at: 2, versions: [1, 5, 2])])
        #expect(isIncompatible(directives, "a", delegate: false))
    }

    @Test func theDeadRestrictNobodyButMustBeUnderstood() {
        let (node, _) = outcome(remote: [
            state("a", at: 2), state("x", at: 9, 2, versions: [1, 2, 2, 0, 0, 0]),
        ])
        #expect(node.core.memberCount == 2)
        let (_, directives) = outcome(remote: [
            state("a", at: 2), state("x", at: 9, 2, versions: [1, 9, 9, 0, 0, 0]),
        ])
        #expect(isIncompatible(directives, "x", delegate: false))
    }
}
