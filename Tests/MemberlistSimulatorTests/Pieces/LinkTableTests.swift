import MemberlistCore
import Testing

@testable import MemberlistSimulator

/// Which rules hold on which link, however many differ.
@Suite struct LinkTableTests {
    private func conditions(_ latency: Int) -> LinkConditions {
        var conditions = LinkConditions()
        conditions.latency = .microseconds(latency)
        return conditions
    }

    @Test func allLinksBeginAlike() {
        let table = LinkTable(.lossy(0.5))
        #expect(table.rules(from: 0, to: 1) == LinkRules(.lossy(0.5)))
        #expect(table.rules(from: -1, to: 100_000) == LinkRules(.lossy(0.5)))
    }

    @Test func oneDirectionOfOneLinkDiffers() {
        var table = LinkTable(.good)
        table.set(.cut, from: 1, to: 2, of: 4)
        for sender in 0..<4 {
            for receiver in 0..<4 {
                let isCut = sender == 1 && receiver == 2
                #expect(table.rules(from: sender, to: receiver).isCut == isCut)
            }
        }
        #expect(!table.rules(from: -1, to: 2).isCut)
    }

    @Test func theTableGrowsWithTheCluster() {
        var table = LinkTable(.good)
        table.set(.cut, from: 1, to: 2, of: 3)
        table.set(.lossy(1), from: 9, to: 1, of: 10)
        #expect(table.rules(from: 1, to: 2).isCut)
        #expect(table.rules(from: 9, to: 1) == LinkRules(.lossy(1)))
        #expect(table.rules(from: 9, to: 2) == LinkRules(.good))
        #expect(table.rules(from: 9, to: 10) == LinkRules(.good))
    }

    @Test func rulesThatNoLinkHasAnyMoreMakeRoom() {
        var table = LinkTable(.good)
        for latency in 1...2_000 {
            table.set(conditions(latency), from: latency % 4, to: (latency + 1) % 4, of: 4)
            #expect(table.rules(from: latency % 4, to: (latency + 1) % 4) == LinkRules(conditions(latency)))
        }
        #expect(table.rules(from: 0, to: 3) == LinkRules(.good))
    }

    @Test func moreThan256RulesAtOnceAreKeptApart() {
        var table = LinkTable(.good)
        let links = (0..<20).flatMap { sender in (0..<20).map { (sender, $0) } }
        for (index, link) in links.enumerated() {
            table.set(conditions(index + 1), from: link.0, to: link.1, of: 20)
        }
        let wrong = links.enumerated().filter { index, link in
            table.rules(from: link.0, to: link.1) != LinkRules(conditions(index + 1))
        }
        #expect(wrong.isEmpty, "\(wrong.count) of \(links.count) links have the rules of others")
    }

    @Test func changesComeOnTopOfWhatIs() {
        var table = LinkTable(.lossy(0.5))
        table.set(conditions(9), from: 0, to: 1, of: 2)
        table.changeAll { $0.blocksDatagrams = true }
        table.change(from: 1, to: 0, of: 2) { $0.isCut = true }
        let there = table.rules(from: 0, to: 1)
        #expect(there.latency == 9_000 && there.blocksDatagrams && !there.isCut)
        let back = table.rules(from: 1, to: 0)
        #expect(back.loss == Chance(0.5) && back.blocksDatagrams && back.isCut)
        table.setAll(.good)
        #expect(table.rules(from: 0, to: 1) == LinkRules(.good))
    }

    @Test func aNarrowLinkSendsOneAfterAnotherAndDropsWhatWaitsTooLong() {
        var table = LinkTable(.good)
        func depart(at now: Int64, from sender: Int = 0) -> Int64? {
            table.depart(500, from: sender, to: 1, bandwidth: 1_000, at: now)
        }
        let departures = [
            depart(at: 0), depart(at: 0), depart(at: 0), depart(at: 0), depart(at: 0, from: 2),
            depart(at: 1_000_000_000), depart(at: 9_000_000_000),
        ]
        let milliseconds = departures.map { $0.map { $0 / 1_000_000 } }
        #expect(milliseconds == [500, 1_000, 1_500, nil, 500, 2_000, 9_500])
    }
}
