import MemberlistWire
import Testing

@testable import MemberlistCore

/// When the dead are forgotten, and who may take a name.
@Suite struct ForgettingTests {
    private func node(reclaim: Int64? = nil) -> Node {
        Node(knowing: 3) {
            $0.probeInterval = 0
            $0.deadNodeReclaim = reclaim
        }
    }

    @Test(
        "Trap 8: the dead and those that left are forgotten when their time is over",
        arguments: ["a", "b"] as [NodeName]
    )
    func deadAndLeftAreForgottenWhenTheTimeIsOver(
        accuser: NodeName
    ) {
        var node = node()
        node.hear(dead("a", from: accuser))
        #expect(node.advance(to: .at(30).advanced(byNanoseconds: -1)).changes.isEmpty)
        #expect(node.advance(to: .at(30)).changes == [Change("a", .reaped)])
        #expect(node.core.memberCount == 3)
        // Forgotten, it may come back with any incarnation.
        #expect(node.hear(alive("a", at: 2)).changes == [Change("a", .joined)])
    }

    @Test func whoCameBackIsNotForgotten() {
        var node = node()
        node.hear(dead("a", from: "b"))
        node.advance(by: 20)
        node.hear(alive("a", at: 2, incarnation: 2))
        #expect(node.advance(by: 100).changes.isEmpty)
        node.hear(dead("a", incarnation: 2, from: "b"))
        node.advance(by: 20)
        #expect(node.advance(by: 10).changes == [Change("a", .reaped)])
    }

    @Test func aRowUsedAgainHasNothingOfTheOld() {
        var node = node()
        node.hear(dead("a", from: "b"))
        node.advance(by: 30)
        node.hear(alive("new", at: 9))
        #expect(node.advance(by: 100).changes.isEmpty)
        #expect(node.core.members.map(\.name).sorted() == ["b", "c", "new", "self"])
    }

    @Test func aNodeThatLeftComesBackAnywhereAtOnce() {
        var node = node()
        node.hear(alive("a", at: 2, incarnation: 6))
        node.hear(dead("a", incarnation: 6, from: "a"))
        let back = node.hear(alive("a", at: 70, incarnation: 1))
        #expect(back.changes == [Change("a", .joined)] && back.conflicts.isEmpty)
        #expect(node.member("a")?.endpoint == endpoint(70))
    }

    @Test func aDeadNodesNameIsItsOwnUntilTheReclaimTime() throws {
        var node = node(reclaim: .seconds(10))
        node.hear(dead("a", from: "b"))
        node.advance(by: 10)
        let early = node.hear(alive("a", at: 70, incarnation: 2))
        let conflict = try #require(early.conflicts.first)
        #expect(conflict.existing.endpoint == endpoint(2) && conflict.claimed.endpoint == endpoint(70))
        #expect(early.changes.isEmpty)
        node.now = node.now.advanced(byNanoseconds: 1)
        #expect(node.hear(alive("a", at: 70, incarnation: 2)).changes == [Change("a", .joined)])
    }

    @Test func withNoReclaimTimeItIsItsOwnUntilItIsForgotten() {
        var node = node()
        node.hear(dead("a", from: "b"))
        node.advance(by: 29)
        #expect(node.hear(alive("a", at: 70, incarnation: 2)).conflicts.count == 1)
        // At its own address it comes back whenever it wants.
        #expect(node.hear(alive("a", at: 2, incarnation: 2)).changes == [Change("a", .joined)])
    }

    @Test(arguments: [false, true]) func aLivingNodesNameIsItsOwn(isSuspect: Bool) throws {
        var node = node(reclaim: 1)
        if isSuspect { node.hear(suspect("a", from: "b")) }
        node.emptyQueues()
        let directives = node.hear(alive("a", at: 70, incarnation: 9, meta: [3]))
        let conflict = try #require(directives.conflicts.first)
        #expect(conflict.existing == node.member("a"))
        #expect(conflict.claimed == Member(name: "a", endpoint: endpoint(70), meta: [3], incarnation: 9))
        #expect(directives.count == 1 && node.core.queuedBroadcasts.membership == 0)
        #expect(node.member("a")?.endpoint == endpoint(2))
        // Another port is another place.
        let port = Alive(
            incarnation: 9,
            node: "a",
            address: WireBytes(endpoint(2).address.bytes),
            port: 1,
            versions: [1, 5, 2, 0, 0, 0]
        )
        #expect(node.hear(.alive(port)).conflicts.count == 1)
    }

    @Test func theMappedFormOfAnAddressIsNoConflictAndIsPassedOnAsItCame() throws {
        var node = node()
        let mapped = WireBytes([UInt8](repeating: 0, count: 10) + [0xff, 0xff] + endpoint(2).address.bytes)
        let message = Message.alive(
            Alive(incarnation: 2, node: "a", address: mapped, port: 7946, versions: [1, 5, 2, 0, 0, 0])
        )
        #expect(node.hear(message).changes == [Change("a", .refreshed)])
        let queued = try #require(node.core.queuedMembershipBroadcasts.first)
        #expect(try Message.decode(queued.payload[...]) == message)
    }

    @Test("Trap 9: a full table gives its oldest dead for who lives, and says whom it did not let in")
    func theTableIsBounded() {
        var node = Node {
            $0.memberLimit = 100
            $0.probeInterval = 0
        }
        for number in 0..<99 { node.hear(alive(peer(number), at: number + 2)) }
        let refused = node.hear(alive("one more", at: 999))
        #expect(refused.count == 1)
        guard case .noticed(.tableFull(let member)) = refused.first else { return }
        #expect(member.name == "one more" && member.endpoint == endpoint(999))
        #expect(node.core.memberCount == 100)
        // The first that died goes first; one that came back is not dead.
        for name in ["c", "a", "b"] as [NodeName] { node.hear(dead(name, from: "d")) }
        node.hear(alive("c", at: 4, incarnation: 2))
        #expect(
            node.hear(alive("more", at: 999, incarnation: 0)).changes.isEmpty,
            "nobody's place for a claim"
        )
        #expect(
            node.hear(alive("one more", at: 999)).changes == [
                Change("a", .reaped), Change("one more", .joined),
            ]
        )
        #expect(node.hear(alive("two", at: 998)).changes == [Change("b", .reaped), Change("two", .joined)])
        #expect(node.hear(alive("three", at: 997)).changes.isEmpty)
        #expect(node.core.memberCount == 100 && node.member("c")?.state == .alive)
        node.advance(by: 40)
        #expect(node.core.memberCount == 100)
    }

    @Test("Trap 9: a new name every five seconds never fills the table for long") func aCrashLoop() {
        var node = node()
        for number in 0..<1_000 {
            node.hear(alive(peer(100 + number), at: 9))
            node.advance(by: 5)
            node.hear(dead(peer(100 + number), from: "b"))
            #expect(node.core.memberCount <= 4 + 8)
        }
        node.advance(by: 31)
        #expect(node.core.memberCount == 4 && node.core.graves.isEmpty)
    }
}
