import MemberlistWire
import Testing

@testable import MemberlistCore

/// The table that finds positions by hash, and the hash itself.
@Suite struct PositionIndexTests {
    /// Elements found by a number, whose hash has so few values that most of them collide.
    private struct Model {
        var numbers: [Int?] = []
        var free: [Int] = []
        var index = PositionIndex()

        static func hash(_ number: Int) -> UInt64 { UInt64(number % 11) &* 0x1_0000_0003 }

        func find(_ number: Int) -> Int? {
            index.find(Self.hash(number)) { numbers[$0] == number }
        }

        mutating func add(_ number: Int) {
            let position = free.popLast() ?? numbers.count
            if position == numbers.count { numbers.append(number) } else { numbers[position] = number }
            index.insert(position, hash: Self.hash(number)) { [numbers] in Self.hash(numbers[$0] ?? 0) }
        }

        mutating func remove(_ number: Int) {
            guard let position = find(number) else { return }
            index.remove(position, hash: Self.hash(number)) { [numbers] in Self.hash(numbers[$0] ?? 0) }
            numbers[position] = nil
            free.append(position)
        }
    }

    @Test(arguments: 0..<20 as Range<UInt64>) func itFindsWhatIsThereAndNothingElse(seed: UInt64) {
        var random = ProtocolRandom(seed: seed)
        var model = Model()
        var present: Set<Int> = []
        for _ in 0..<600 {
            let number = random.below(120)
            if random.below(3) == 0 {
                model.remove(number)
                present.remove(number)
            } else if present.insert(number).inserted {
                model.add(number)
            }
            #expect(model.index.count == present.count)
            let asked = random.below(120)
            #expect((model.find(asked) != nil) == present.contains(asked))
        }
        for number in 0..<120 { #expect((model.find(number) != nil) == present.contains(number)) }
    }

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
