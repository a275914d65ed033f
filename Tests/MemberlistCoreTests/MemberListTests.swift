import MemberlistWire
import Testing

@testable import MemberlistCore

/// Members by their names, in one array.
@Suite struct MemberListTests {
    private func member(_ number: Int, incarnation: UInt32 = 1) -> Member {
        Member(name: peer(number), endpoint: endpoint(number + 2), incarnation: incarnation)
    }

    @Test(arguments: 0..<20 as Range<UInt64>) func itHoldsWhatWasPutAndNothingElse(seed: UInt64) {
        var random = ProtocolRandom(seed: seed)
        var list = MemberList(seed: seed)
        var model: [NodeName: Member] = [:]
        for round in 0..<800 {
            let member = member(random.below(60), incarnation: UInt32(round))
            if random.below(3) == 0 {
                let removed = list.remove(member.name)
                #expect(removed == model.removeValue(forKey: member.name))
            } else {
                let old = list.set(member)
                #expect(old == model.updateValue(member, forKey: member.name))
            }
            #expect(list.members.count == model.count)
            let asked = peer(random.below(60))
            #expect(list.find(asked) == model[asked])
        }
        #expect(Set(list.members) == Set(model.values))
    }

    @Test func whoReadsItKeepsWhatWasRead() {
        var list = MemberList(seed: 1)
        for number in 0..<9 { list.set(member(number)) }
        let read = list.members
        list.remove(peer(3))
        list.set(member(4, incarnation: 7))
        #expect(read == (0..<9).map { member($0) })
    }

    /// All that an application sees of a member counts, and how its address was written does not.
    @Test func membersAreEqualWhereAllThatTheySayIs() {
        let one = Member(name: "a", endpoint: endpoint(2), meta: [1], incarnation: 3)
        #expect(one == Member(name: "a", endpoint: endpoint(2), meta: [1], incarnation: 3))
        let others = [
            Member(name: "b", endpoint: endpoint(2), meta: [1], incarnation: 3),
            Member(name: "a", endpoint: endpoint(3), meta: [1], incarnation: 3),
            Member(name: "a", endpoint: endpoint(2), meta: [2], incarnation: 3),
            Member(name: "a", endpoint: endpoint(2), meta: [1], incarnation: 4),
            Member(name: "a", endpoint: endpoint(2), meta: [1], state: .dead, incarnation: 3),
            Member(name: "a", endpoint: endpoint(2), meta: [1], versions: .unknown, incarnation: 3),
        ]
        for other in others { #expect(one != other) }
        #expect(others[0].description == "b/10.0.0.2:7946 alive 3")
        #expect(one.meta == [1])
        #expect(one.versions == ProtocolVersions())
    }
}
