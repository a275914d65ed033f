import MemberlistCore
import MemberlistWire
import Testing

@testable import Memberlist

/// Who of those that discovery names is dialled, and when.
@Suite struct SeedBookTests {
    private static let second: Int64 = 1_000_000_000
    private static let interval = 10 * second

    private var random = SystemRandomNumberGenerator()

    private func seeds(_ numbers: Range<UInt32>) -> [Seed] {
        numbers.map {
            Seed(Endpoint(address: IPAddress(ipv4: 0x0a00_0000 + $0), port: 7946))
        }
    }

    private func instant(_ seconds: Int64) -> Instant { Instant(nanoseconds: seconds * Self.second) }

    private func failures(of book: inout SeedBook, at seconds: Int64, isAlone: Bool = false) -> Int {
        var random = random
        let due = book.due(among: seeds(1..<2), isAlone: isAlone, at: instant(seconds), using: &random)
        for seed in due {
            book.dialled(seed.endpoint, succeeded: false, at: instant(seconds), using: &random)
        }
        return due.count
    }

    @Test func pausesGrowToFiveMinutes() {
        var book = SeedBook(interval: Self.interval, heals: false)
        let dials = (0..<3_600).reduce(0) { $0 + failures(of: &book, at: $1) }
        // 20 s, 40 s, 80 s, 160 s, then 300 s, each at least by half: no more than once in 150 s in the long run.
        #expect(14...30 ~= dials, "\(dials)")
    }

    @Test("Trap 1: who did not answer is left to healing, which has one budget for the whole cluster")
    func whoDidNotAnswerIsLeftToHealing() {
        var book = SeedBook(interval: Self.interval, heals: true)
        #expect((0..<3_600).reduce(0) { $0 + failures(of: &book, at: $1) } == 1)
        #expect((0..<50).reduce(0) { $0 + failures(of: &book, at: $1, isAlone: true) } == 50)
    }

    @Test func whoIsAloneTriesAtEveryLook() {
        var book = SeedBook(interval: Self.interval, heals: false)
        let dials = (0..<50).reduce(0) { $0 + failures(of: &book, at: $1, isAlone: true) }
        #expect(dials == 50)
    }

    @Test func oneLookDialsAFew() {
        var book = SeedBook(interval: Self.interval, heals: false)
        var random = random
        let many = seeds(0..<1_000)
        let first = book.due(among: many + many, isAlone: true, at: instant(0), using: &random)
        #expect(first.count == SeedBook.dials)
        #expect(Set(first).count == first.count)
        let second = book.due(among: many, isAlone: true, at: instant(0), using: &random)
        #expect(second.count == SeedBook.dialsTogether - SeedBook.dials)
        #expect(Set(first).isDisjoint(with: second))
        #expect(book.due(among: many, isAlone: true, at: instant(1), using: &random).isEmpty)
        book.dialled(first[0].endpoint, succeeded: false, at: instant(1), using: &random)
        book.abandoned(first[1].endpoint)
        #expect(book.due(among: many, isAlone: true, at: instant(2), using: &random).count == 2)
    }

    @Test func everyAddressOfManyHasItsTurn() {
        var book = SeedBook(interval: Self.interval, heals: false)
        var random = random
        var met: Set<Endpoint> = []
        for look in 0..<200 {
            let now = instant(Int64(look))
            for seed in book.due(among: seeds(0..<500), isAlone: false, at: now, using: &random) {
                met.insert(seed.endpoint)
                book.dialled(seed.endpoint, succeeded: false, at: now, using: &random)
            }
        }
        #expect(met.count == 500)
    }

    @Test("Trap 2: an address that answered and is no member's own is not dialled again and again")
    func aliases() {
        var book = SeedBook(interval: Self.interval, heals: false)
        var random = random
        let alias = seeds(1..<2)
        var dials = 0
        for second in Int64(0)..<3_600 {
            for seed in book.due(among: alias, isAlone: false, at: instant(second), using: &random) {
                dials += 1
                book.dialled(seed.endpoint, succeeded: true, at: instant(second), using: &random)
            }
        }
        #expect(6...13 ~= dials, "\(dials)")
    }

    @Test func anAddressThatWasAMembersIsDialledAtOnce() {
        var book = SeedBook(interval: Self.interval, heals: false)
        var random = random
        #expect(failures(of: &book, at: 0) == 1)
        #expect(failures(of: &book, at: 1) == 0)
        book.forget(seeds(1..<2)[0].endpoint)
        #expect(book.due(among: seeds(1..<2), isAlone: false, at: instant(1), using: &random).count == 1)
    }

    /// A name whose addresses are other ones every time fills nothing: what is forgotten is dialled as if new.
    @Test func whatIsKeptInMindIsBounded() {
        var book = SeedBook(interval: Self.interval, heals: false)
        var random = random
        for number in UInt32(0)..<5_000 {
            for seed in book.due(
                among: seeds(number..<number + 1),
                isAlone: false,
                at: instant(0),
                using: &random
            ) {
                book.dialled(seed.endpoint, succeeded: false, at: instant(0), using: &random)
            }
        }
        #expect(book.count <= Limits.discoveredAddresses)
        #expect(book.count >= Limits.discoveredAddresses / 2)
    }

    @Test func pausesAreDrawn() {
        var pace = SeekingPace(interval: .seconds(10), generator: SystemRandomNumberGenerator())
        for ceiling in [1, 2, 4, 8, 10, 10] {
            let drawn = pace.next(isAlone: true)
            #expect(.seconds(ceiling) / 2 <= drawn && drawn <= .seconds(ceiling), "\(drawn) of \(ceiling)")
        }
        var drawn: Set<Duration> = []
        for _ in 0..<100 {
            let pause = pace.next(isAlone: false)
            #expect(.seconds(5) <= pause && pause <= .seconds(15))
            drawn.insert(pause)
        }
        #expect(drawn.count > 90)
        #expect(pace.next(isAlone: true) <= .seconds(1))
    }
}
