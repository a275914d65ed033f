import FixtureSupport
import Testing

@testable import MemberlistWire

/// The table that finds positions by hash.
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
        var random = SeededRandom(seed: seed)
        var model = Model()
        var present: Set<Int> = []
        for _ in 0..<600 {
            let number = Int.random(in: 0..<120, using: &random)
            if Int.random(in: 0..<3, using: &random) == 0 {
                model.remove(number)
                present.remove(number)
            } else if present.insert(number).inserted {
                model.add(number)
            }
            #expect(model.index.count == present.count)
            let asked = Int.random(in: 0..<120, using: &random)
            #expect((model.find(asked) != nil) == present.contains(asked))
        }
        for number in 0..<120 { #expect((model.find(number) != nil) == present.contains(number)) }
    }
}
