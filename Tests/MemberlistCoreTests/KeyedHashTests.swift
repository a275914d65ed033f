import MemberlistWire
import Testing

@testable import MemberlistCore

/// The hash that tables find names and endpoints by, and a table that is asked for endpoints.
@Suite struct KeyedHashTests {
    /// Each prefix of the bytes 0, 1, 2 and on has another hash, and another key gives another.
    @Test func theHashDependsOnEveryByteAndOnTheKey() {
        var seen: Set<UInt64> = []
        for seed in 0..<4 as Range<UInt64> {
            let hash = KeyedHash(seed: seed)
            for count in 0..<40 {
                let bytes = (0..<count).map { UInt8($0) }
                #expect(seen.insert(hash.hash(bytes)).inserted)
                for changed in bytes.indices {
                    var other = bytes
                    other[changed] ^= 0x80
                    #expect(seen.insert(hash.hash(other)).inserted)
                }
            }
        }
        #expect(KeyedHash(seed: 1).hash([1, 2]) == KeyedHash(seed: 1).hash([1, 2]))
    }

    /// Several members may claim one endpoint; it is known until the last of them is forgotten.
    @Test func anEndpointIsKnownWhileAnyMemberHasIt() {
        var table = MemberTable(hash: KeyedHash(seed: 1))
        func identity(_ number: Int, at place: Int) -> MemberIdentity {
            MemberIdentity(Alive(node: peer(number), port: 7946), at: endpoint(place))
        }
        var ids = (0..<40).map { table.add(identity($0, at: $0 % 4), stateChange: .at(0)) }
        #expect((0..<4).allSatisfy { table.knows(endpoint($0)) } && !table.knows(endpoint(4)))
        table.setIdentity(identity(39, at: 9), of: ids[39])
        #expect(table.knows(endpoint(9)) && table.knows(endpoint(3)))
        while let id = ids.popLast() {
            table.remove(id)
            for place in 0..<4 { #expect(table.knows(endpoint(place)) == (place < ids.count)) }
        }
        #expect(!table.knows(endpoint(9)) && table.count == 0)
    }
}
