import MemberlistCore
import MemberlistWire
import Testing

@testable import MemberlistSimulator

/// The small parts that all others stand on.
@Suite struct SmallPieceTests {
    // MARK: Chance

    @Test func chanceIsWholeNumbersHeldBetweenNothingAndAll() {
        #expect(Chance(0.25).partsPerMillion == 250_000)
        for nothing in [0, -1, -.infinity, .nan, 0.000_000_1] {
            #expect(Chance(nothing).partsPerMillion == 0)
        }
        for all in [1, 2, .infinity] { #expect(Chance(all).partsPerMillion == 1_000_000) }
    }

    @Test func whatIsCertainDrawsNothing() {
        var (random, untouched) = (ProtocolRandom(seed: 1), ProtocolRandom(seed: 1))
        let isCertain = (0..<100).allSatisfy { _ in
            !Chance(0).happens(&random) && Chance(1).happens(&random)
        }
        let next = (random.next(), untouched.next())
        #expect(isCertain && next.0 == next.1)
    }

    @Test(arguments: [0.001, 0.1, 0.5, 0.9])
    func chanceComesAsOftenAsItSays(share: Double) {
        var random = ProtocolRandom(seed: 1)
        let count = (0..<100_000).count { _ in Chance(share).happens(&random) }
        // Four standard deviations.
        let deviation = (share * (1 - share) * 100_000).squareRoot()
        #expect(abs(Double(count) - share * 100_000) < 4 * deviation)
    }

    // MARK: StreamTable

    private func stream(from dialer: Int) -> SimulatedStream {
        let nowhere = Endpoint(address: IPAddress(ipv4: 1), port: 1)
        func opener() -> StreamOpener {
            StreamOpener(label: .none, keyring: nil, direction: .inbound)
        }
        return SimulatedStream(
            purpose: .message,
            dialer: dialer,
            dialerLaunch: 1,
            source: nowhere,
            destination: nowhere,
            request: [],
            requestOpener: opener(),
            replyOpener: opener()
        )
    }

    @Test func aPlaceThatIsUsedAgainHasAnotherGeneration() {
        var table = StreamTable()
        let first = table.add(stream(from: 1))
        table.remove(first)
        #expect(table.find(first) == nil)
        let second = table.add(stream(from: 2))
        #expect(second.index == first.index && second != first)
        #expect(table.find(first) == nil)
        #expect(table.find(second)?.dialer == 2)
        table.remove(first)
        #expect(table.find(second) != nil, "a stale place removes nothing")
        #expect(table.count == 1)
    }

    @Test func streamsAreFoundByWhoTakesPart() {
        var table = StreamTable()
        let places = [1, 2, 3].map { table.add(stream(from: $0)) }
        table.find(places[1])?.acceptor = 1
        table.find(places[1])?.acceptorID = StreamID(9)
        #expect(table.places(of: 1) == [places[0], places[1]])
        #expect(table.place(of: StreamID(9), acceptor: 1) == places[1])
        #expect(table.place(of: StreamID(9), acceptor: 2) == nil)
        table.remove(places[1])
        #expect(table.places(of: 1) == [places[0]])
        #expect(table.place(of: StreamID(9), acceptor: 1) == nil)
    }

    // MARK: HistoryDigest

    @Test func theHistoryDependsOnEveryFieldAndOnTheOrder() {
        typealias Entry = (kind: UInt8, at: Int64, node: Int, bytes: [UInt8])
        func text(_ entries: Entry...) -> String {
            var digest = HistoryDigest()
            for entry in entries {
                digest.add(entry.kind, at: Instant(nanoseconds: entry.at), node: entry.node, entry.bytes)
            }
            return digest.text
        }
        let entry: Entry = (1, 2, 3, [4, 5])
        let texts = [
            text(), text(entry), text((2, 2, 3, [4, 5])), text((1, 3, 3, [4, 5])), text((1, 2, -3, [4, 5])),
            text((1, 2, 3, [4, 6])), text((1, 2, 3, [4])), text(entry, entry),
            text(entry, (2, 2, 3, [])), text((2, 2, 3, []), entry),
        ]
        #expect(Set(texts).count == texts.count)
        #expect(texts.allSatisfy { $0.count == 32 })
        #expect(text(entry) == text(entry))
    }

    @Test func theHistoryOfMuchIsNoOtherForHavingBeenAskedFor() {
        var (asked, silent) = (HistoryDigest(), HistoryDigest())
        let bytes = [UInt8](repeating: 7, count: 3_000)
        for time in 0..<50 {
            asked.add(1, at: Instant(nanoseconds: Int64(time)), node: 0, bytes)
            silent.add(1, at: Instant(nanoseconds: Int64(time)), node: 0, bytes)
            _ = asked.text
        }
        #expect(asked.text == silent.text)
        #expect(asked.entries == 50)
    }

    // MARK: Coverage

    @Test func countsAreAddedPathByPath() {
        var (first, second) = (Coverage(), Coverage())
        #expect(first.unmet == Coverage.Path.allCases)
        first.meet(.crashed)
        first.meet(.crashed)
        second.meet(.crashed)
        second.meet(.conflict)
        let sum = first + second
        #expect(sum[.crashed] == 3 && sum[.conflict] == 1 && sum[.paused] == 0)
        #expect(first[.conflict] == 0)
        #expect(sum.unmet.count == Coverage.Path.allCases.count - 2)
        #expect(Coverage() + sum == sum)
    }
}
