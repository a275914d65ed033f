import MemberlistWire
import Testing

@testable import Memberlist

/// What the core is told of where the cluster may be found.
@Suite struct SeedListTests {
    private func endpoints(_ numbers: ClosedRange<UInt32>) -> [Endpoint] {
        numbers.map { Endpoint(address: IPAddress(ipv4: 0x0a00_0000 + $0), port: 7946) }
    }

    private func joined(_ list: inout SeedList, _ text: String, _ endpoints: [Endpoint]) throws {
        list.add(text, try JoinAddress(text))
        list.lookedUp(text, endpoints)
    }

    private func names(_ list: inout SeedList) -> [String]? { list.startLooking()?.map(\.text) }

    private func startWaiting(_ list: inout SeedList) -> Bool { list.startWaiting() }

    private func waitOn(_ list: inout SeedList) -> Bool { list.waitOn() }

    private func news(_ list: inout SeedList) -> Set<Endpoint>? {
        list.news().map { Set($0.map(\.endpoint)) }
    }

    private func strangers(_ numbers: ClosedRange<UInt32>) -> [Seed] { endpoints(numbers).map { Seed($0) } }

    @Test func joinsAndDiscoveryAreToldTogetherAndOnce() throws {
        var list = SeedList()
        #expect(news(&list) == nil)
        try joined(&list, "a.test", endpoints(1...2))
        list.found(strangers(2...3), at: "b.test", by: 0)
        list.found(strangers(4...4), at: "", by: 1)
        #expect(news(&list) == Set(endpoints(1...4)))
        #expect(news(&list) == nil)
        // Another look; what the source says no more is gone, what the other one says stays.
        list.keep(["c.test"], of: 0)
        list.found(strangers(5...5), at: "c.test", by: 0)
        #expect(news(&list) == Set(endpoints(1...2) + endpoints(4...5)))
        list.lookedUp("a.test", endpoints(9...9))
        list.lookedUp("never.test", endpoints(8...8))
        #expect(news(&list) == Set(endpoints(9...9) + endpoints(4...5)))
        list.keep([], of: 0)
        list.keep([], of: 1)
        #expect(news(&list) == Set(endpoints(9...9)))
    }

    @Test func namesAreLookedUpAgainByOneAtATime() throws {
        var list = SeedList()
        try joined(&list, "10.0.0.1:7946", endpoints(1...1))
        #expect(names(&list) == nil)
        try joined(&list, "a.test", endpoints(2...2))
        try joined(&list, "b/_m._tcp.test", endpoints(3...3))
        #expect(names(&list) == ["a.test", "b/_m._tcp.test"])
        #expect(names(&list) == nil)
        list.stopLooking()
        #expect(names(&list)?.count == 2)
    }

    @Test("Trap 3: a name that could not be looked up is waited for") func unknownNames() throws {
        var list = SeedList()
        list.add("10.0.0.1", try JoinAddress("10.0.0.1"))
        #expect(startWaiting(&list) == false)
        list.add("a.test", try JoinAddress("a.test"))
        #expect(startWaiting(&list) == true)
        #expect(startWaiting(&list) == false)
        #expect(waitOn(&list) == true)
        list.lookedUp("a.test", endpoints(1...1))
        #expect(waitOn(&list) == false)
        list.add("b.test", try JoinAddress("b.test"))
        #expect(startWaiting(&list) == true)
        // What is given again is known as before.
        list.lookedUp("b.test", endpoints(2...2))
        list.add("b.test", try JoinAddress("b.test"))
        #expect(!list.hasUnknown)
    }

    @Test func itIsBounded() throws {
        var list = SeedList()
        let last = UInt32(Limits.seeds)
        for number in 0...last { try joined(&list, "a\(number).test", endpoints(number...number)) }
        #expect(news(&list) == Set(endpoints(1...last)))
        // More than the core takes: others are drawn each time, so that each has its turn.
        list.found(strangers(1_000...2_000), at: "", by: 0)
        var met: Set<Seed> = []
        for _ in 0..<200 {
            let news = list.news() ?? []
            #expect(news.count == Limits.seeds)
            met.formUnion(news)
        }
        #expect(met.count == Limits.seeds + 1_001)
    }
}
