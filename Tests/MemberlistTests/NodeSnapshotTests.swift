import Testing

@testable import Memberlist

/// Which members an address has, as they come, move and go.
@Suite struct NodeSnapshotTests {
    private static func member(_ name: NodeName, _ host: UInt32, port: UInt16 = 7946) -> Member {
        Member(name: name, endpoint: Endpoint(address: Self.host(host), port: port))
    }

    private static func host(_ number: UInt32) -> IPAddress { IPAddress(ipv4: 0x0a00_0000 + number) }

    @Test func addressesAreThoseOfTheMembers() {
        let snapshot = NodeSnapshot(localMember: Self.member("self", 1))
        func says(_ host: UInt32, _ any: Bool, _ only: NodeName?) -> Bool {
            let (isAny, member) = snapshot.members(at: Self.host(host))
            return isAny == any && member?.name == only
        }
        #expect(says(1, true, "self") && says(2, false, nil))
        snapshot.update(Self.member("a", 2))
        #expect(says(2, true, "a"))
        // Another port, and the same again.
        for _ in 0..<2 { snapshot.update(Self.member("a", 2, port: 1)) }
        #expect(says(2, true, "a") && snapshot.members(at: Self.host(2)).only?.endpoint.port == 1)
        snapshot.update(Self.member("b", 2))
        #expect(says(2, true, nil))
        snapshot.update(Self.member("b", 3))
        #expect(says(2, true, nil) && says(3, true, "b"))
        for name in ["a", "b", "b"] as [NodeName] { snapshot.remove(name) }
        #expect(says(2, false, nil) && says(3, false, nil) && snapshot.count == 1)
        snapshot.update(Self.member("c", 2))
        #expect(says(2, true, "c"))
    }
}
