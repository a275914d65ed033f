import MemberlistWire
import Testing

@testable import MemberlistCore

/// A name that is taken from its owner by a forged farewell.
@Suite struct NameTakingTests {
    @Test(
        "Trap 7: a forged farewell is refuted, and a claim to the name at another address is told to its owner"
    )
    func theOwnerContradictsAndIsTold() throws {
        var owner = Node("a") { $0.gossipInterval = .seconds(0.2) }
        owner.hear(alive("b", at: 3))
        owner.emptyQueues()
        #expect(owner.hear(dead("a", incarnation: 5, from: "a")).notices == [.refuted(incarnation: 6)])
        let claimed = owner.hear(alive("a", at: 66, incarnation: 6))
        let conflict = try #require(claimed.conflicts.first)
        #expect(conflict.existing.endpoint == endpoint(1) && conflict.claimed.endpoint == endpoint(66))
        #expect(owner.core.localMember.endpoint == endpoint(1) && owner.core.localMember.state == .alive)
    }

    @Test("Trap 7: with no farewell a living name is not moved") func aLivingNameStays() {
        var other = Node(knowing: 2) { $0.probeInterval = 0 }
        #expect(other.hear(alive("a", at: 66, incarnation: 9)).conflicts.count == 1)
        other.hear(dead("a", incarnation: 1, from: "b"))
        #expect(other.hear(alive("a", at: 66, incarnation: 9)).conflicts.count == 1, "nor a dead one's")
        #expect(other.member("a")?.endpoint == endpoint(2))
    }

    // MARK: A name that was left, and is claimed elsewhere

    /// A node that knows `a` and `b`, and was told that `a` left.
    private func toldOfFarewell() -> Node {
        var node = Node(knowing: 2) { $0.farewellDoubt = .seconds(0.5) }
        node.answering = ["b"]
        node.hear(dead("a", from: "a"))
        node.emptyQueues()
        return node
    }

    @Test("Trap 7: before a name moves, its old address is told of the farewell") func theOldAddressIsAsked()
        throws
    {
        var node = toldOfFarewell()
        let asked = node.hear(alive("a", at: 66, incarnation: 2))
        #expect(asked.changes.isEmpty && node.member("a")?.state == .left)
        let datagram = try #require(asked.datagrams.first)
        #expect(datagram.destination == endpoint(2) && asked.datagrams.count == 1)
        #expect(
            datagram.messages.contains { if case .ping(let ping) = $0 { ping.node == "a" } else { false } }
        )
        #expect(datagram.messages.contains(dead("a", from: "a")))
        // What is said again meanwhile asks nobody again.
        #expect(node.hear(alive("a", at: 66, incarnation: 3)).datagrams.isEmpty)
    }

    @Test("Trap 7: who lives denies a forged farewell, and keeps its name") func theLivingKeepTheirName()
        throws
    {
        var node = toldOfFarewell()
        node.answering.insert("a")
        node.hear(alive("a", at: 66, incarnation: 2))
        node.advance(by: 0.6)
        #expect(node.member("a")?.state == .left, "it has answered, and its word is on its way")
        #expect(node.hear(alive("a", at: 2, incarnation: 2)).changes == [Change("a", .joined)])
        let ended = node.advance(by: 60)
        #expect(ended.conflicts.count == 1 && ended.changes.isEmpty)
        #expect(node.member("a")?.endpoint == endpoint(2) && node.member("a")?.incarnation == 2)
    }

    @Test("Trap 4: from an address where nobody answers a name that was left moves, after three pings")
    func whoLeftIsAtItsNewAddress() throws {
        var node = toldOfFarewell()
        let asked = node.hear(alive("a", at: 66, incarnation: 2))
        node.hear(alive("a", at: 67, incarnation: 3))
        let pings = asked.pings + node.advance(by: 0.4).pings
        #expect(pings.count { $0.ping.node == "a" && $0.to == endpoint(2) } == 3)
        #expect(node.member("a")?.state == .left)
        #expect(node.advance(by: 0.2).changes == [Change("a", .joined)])
        #expect(node.member("a")?.endpoint == endpoint(67), "the latest that was said")
        #expect(node.hear(alive("a", at: 68, incarnation: 9)).conflicts.count == 1)
    }

    @Test("Trap 4: a process that left and has not ended yet holds its name for a while, and not longer")
    func whoLeftAndLingersGivesWay() throws {
        var node = toldOfFarewell()
        node.answering.insert("a")
        node.hear(alive("a", at: 66, incarnation: 2))
        #expect(node.advance(by: 60).changes == [Change("a", .joined)])
        #expect(node.member("a")?.endpoint == endpoint(66))
    }

    @Test func claimsThatWaitAreBounded() {
        var node = Node(knowing: Limits.nameClaims + 8) {
            $0.probeInterval = 0
            $0.farewellDoubt = .seconds(0.5)
        }
        let names = (0..<Limits.nameClaims + 8).map(peer)
        for name in names { node.hear(dead(name, from: name)) }
        node.emptyQueues()
        let told = names.enumerated().flatMap { node.hear(alive($1, at: 5_000 + $0, incarnation: 2)) }
        #expect(told.pings.count == Limits.nameClaims)
        #expect(told.notices.count { $0 == .overloaded } == 8)
        #expect(node.advance(by: 1).changes.count == Limits.nameClaims, "and they end")
        #expect(node.hear(alive(names[0], at: 2, incarnation: 9)).conflicts.count == 1)
    }

    @Test("Trap 7: a thief who tells all finds nobody who believes it, whatever is lost", arguments: 1...5)
    func aWholeClusterKeepsTheName(seed: UInt64) {
        var cluster = Cluster(12, seed: seed) { $0.farewellDoubt = .seconds(0.5) }
        cluster.joinAll()
        cluster.run(10)
        var random = ProtocolRandom(seed: seed)
        let losses = (0..<4_096).map { _ in random.below(20) == 0 }
        let dice = Dice(losses)
        cluster.losesDatagram = { _, _ in dice.next() }
        for node in 0..<12 where node != 3 {
            cluster.handle(.messageReceived(dead(peer(3), from: peer(3)), from: endpoint(99)), by: node)
            let claim = alive(peer(3), at: 99, incarnation: 2)
            cluster.handle(.messageReceived(claim, from: endpoint(99)), by: node)
        }
        cluster.run(30)
        #expect(cluster.isWhole)
        for core in cluster.cores {
            #expect(core.members.first { $0.name == peer(3) }?.endpoint == endpoint(4))
        }
    }
}
