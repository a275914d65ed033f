import FixtureSupport
import Testing

@testable import MemberlistWire

/// Which counters of one session have been seen, while they are few and once they are many.
@Suite struct ReplayWindowTests {
    /// What the window has to say, by all that it ever saw.
    private struct Model {
        var seen: Set<UInt64>
        var highest: UInt64

        init(first: UInt64) {
            seen = [first]
            highest = first
        }

        mutating func insert(_ counter: UInt64) -> Bool {
            if counter <= highest, highest - counter >= ReplayWindow.width { return false }
            highest = max(highest, counter)
            return seen.insert(counter).inserted
        }
    }

    /// Steps between what one receiver sees: all of a session, a tenth, a hundredth, so few that windows are empty.
    @Test(arguments: [1, 10, 100, 5_000, 70_000] as [UInt64], [1, 2, 3] as [UInt64])
    func aWindowKnowsEachCounterOnce(step: UInt64, seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let first = UInt64.random(in: 0...100, using: &random)
        var window = ReplayWindow(first: first)
        var model = Model(first: first)
        for _ in 0..<3_000 {
            let reach = UInt64.random(in: 0...1_500, using: &random)
            let counter =
                switch Int.random(in: 0..<4, using: &random) {
                case 0: model.highest - min(model.highest, reach)
                case 1:
                    model.seen.filter { model.highest - $0 < 1_100 }.sorted().randomElement(using: &random)
                        ?? 0
                default: model.highest + UInt64.random(in: 1...(2 * step), using: &random)
                }
            let isNew = window.insert(counter)
            #expect(isNew == model.insert(counter), "\(counter) of \(model.highest)")
        }
    }

    /// What a session left behind, few counters or many, is not taken for the next one's.
    @Test(arguments: [2, 16, 17, 900] as [UInt64]) func anotherSessionBeginsWithItsFirstCounterAlone(
        count: UInt64
    ) {
        var window = ReplayWindow(first: 1)
        for counter in 2...count { _ = window.insert(counter) }
        window.restart(first: 500)
        let again = window.insert(500)
        let below = (1..<500 as Range<UInt64>).filter { window.insert($0) }
        let repeated = (1...500 as ClosedRange<UInt64>).filter { window.insert($0) }
        #expect(!again && below.count == 499 && repeated.isEmpty)
    }
}
