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
}
