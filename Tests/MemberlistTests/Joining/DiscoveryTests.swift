import NIOCore
import ProcessSupport
import Synchronization
import Testing

@testable import Memberlist

/// How often each was asked.
private final class Count: Sendable {
    private let number = Mutex(0)

    var value: Int { number.withLock { $0 } }

    func add() { number.withLock { $0 += 1 } }

    /// Until it was asked so often more.
    func grows(by more: Int) async throws {
        let target = value + more
        try await poll("\(more) looks", within: .seconds(60)) { value >= target }
    }
}

/// Counts the exchanges that a node begins in order to join, and those that it answers.
private final class JoinCount: MemberlistDelegate {
    let exchanges = Count()

    func localState(joining: Bool) async -> [UInt8] {
        if joining { exchanges.add() }
        return []
    }
}

@Suite(.timeLimit(.minutes(10)))
struct DiscoveryTests {
    private func seeker(
        _ name: String,
        _ sources: [any MemberDiscovery],
        _ change: (inout MemberlistConfiguration) -> Void = { _ in }
    ) -> MemberlistConfiguration {
        local(name) {
            $0.discovery.sources = sources
            $0.discovery.interval = .milliseconds(100)
            change(&$0)
        }
    }

    /// Also while it is alone: the usual interval would have it ask after one second, two, four and so on.
    @Test func sourcesAreAskedAtTheirInterval() async throws {
        let asked = Count()
        let source = ClosureDiscovery {
            asked.add()
            return []
        }
        try await withNodes([seeker("a", [source])]) { _ in
            try await poll("thirty looks", within: .seconds(20)) { asked.value >= 30 }
        }
    }

    @Test func everySourceIsAskedOnItsOwn() async throws {
        try await withNodes([local("b"), local("c"), local("d")]) { others in
            let addresses = others.map(\.address)
            let asked = Count()
            let sources: [any MemberDiscovery] = [
                // One that never answers, one that fails, one whose answer is of no use.
                ClosureDiscovery {
                    try await Task.sleep(for: .seconds(3_600))
                    return []
                },
                ClosureDiscovery { throw TimedOut() },
                StaticDiscovery(["", "a b", "127.0.0.1:0"]),
                StaticDiscovery([addresses[0]]),
                ClosureDiscovery {
                    asked.add()
                    return asked.value < 3 ? [] : ["c/\(addresses[1])", "whoever/\(addresses[2])"]
                },
            ]
            try await withNodes([seeker("a", sources)]) { nodes in
                try await nodes[0].seesAlive(4)
            }
        }
    }

    @Test("Trap 2: a cluster that is well dials nobody of whom discovery tells")
    func aClusterThatIsWellDialsNobody() async throws {
        let asked = Count()
        let joins = JoinCount()
        let addresses = Mutex<[String]>([])
        let source = ClosureDiscovery {
            asked.add()
            return addresses.withLock { $0 }
        }
        let names = ["a", "b", "c"]
        try await withNodes(names.map { seeker($0, [source]) }, delegate: joins) { nodes in
            addresses.withLock { $0 = nodes.map(\.address) }
            for node in nodes { try await node.seesAlive(3) }
            // Whoever was asked before all were members may have been told of one that was none yet.
            try await asked.grows(by: 10)
            let before = joins.exchanges.value
            #expect(before > 0)
            try await asked.grows(by: 30)
            #expect(joins.exchanges.value == before)
        }
    }

    @Test("Trap 2: a node that binds several addresses dials none of its own")
    func itsOwnAddressesAreNotDialled() async throws {
        let asked = Count()
        let joins = JoinCount()
        let addresses = Mutex<[String]>([])
        let source = ClosureDiscovery {
            asked.add()
            return addresses.withLock { $0 }
        }
        let hosts = ["127.0.54.2", "127.0.54.3", "::1"]
        let node = seeker("a", [source]) { $0.bindHosts = hosts }
        try await withNodes([node], delegate: joins) { nodes in
            let port = nodes[0].localMember.endpoint.port
            addresses.withLock { $0 = ["127.0.54.2:\(port)", "127.0.54.3:\(port)", "[::1]:\(port)"] }
            try await asked.grows(by: 10)
            #expect(joins.exchanges.value == 0)
        }
    }

    @Test(
        "Trap 3: whom discovery names and who does not answer yet is found later, by a node that is not alone"
    )
    func whoComesLate() async throws {
        let port = try await freedPort()
        let log = LogLines()
        let source = StaticDiscovery(["127.0.54.1:\(port)"])
        let quick = seeker("a", [source]) {
            $0.healing.interval = .milliseconds(500)
            $0.healing.maximumInterval = .seconds(2)
        }
        try await withNodes([local("b")]) { others in
            try await withNodes([quick], logs: [log]) { nodes in
                #expect(await nodes[0].join([others[0].address]).allSatisfy(\.succeeded))
                try await nodes[0].seesAlive(2)
                try await poll("a dial in vain", within: .seconds(60)) {
                    !log.having("did not answer", "127.0.54.1:\(port)").isEmpty
                }
                try await withNodes([local("c", host: "127.0.54.1") { $0.bindPort = port }]) { _ in
                    try await nodes[0].seesAlive(3)
                }
            }
        }
    }

    @Test func whatASourceLastSaidStandsWhileItFails() async throws {
        let fails = Mutex(false)
        let known = Mutex<[String]>([])
        let source = ClosureDiscovery {
            if fails.withLock({ $0 }) { throw TimedOut() }
            return known.withLock { $0 }
        }
        let port = try await freedPort()
        known.withLock { $0 = ["127.0.54.1:\(port)"] }
        let log = LogLines()
        try await withNodes([seeker("a", [source])], logs: [log]) { nodes in
            try await poll("a dial in vain", within: .seconds(60)) {
                !log.having("found nobody: this node is a cluster of its own", "127.0.54.1:\(port)").isEmpty
            }
            fails.withLock { $0 = true }
            try await poll("a word on the source", within: .seconds(60)) {
                !log.having("discovery failed", "ClosureDiscovery").isEmpty
            }
            try await withNodes([local("b", host: "127.0.54.1") { $0.bindPort = port }]) { _ in
                try await nodes[0].seesAlive(2)
            }
        }
    }

    private func freedPort() async throws -> Int {
        let stream = try await bindStream(0, host: "127.0.54.1")
        let port = try #require(stream.localAddress?.port)
        try await stream.close()
        return port
    }

    @Test func itPausesWhileTheNodeIsAway() async throws {
        // Another node that looks as often tells the time.
        let (asked, witness) = (Count(), Count())
        let clock = ClosureDiscovery {
            witness.add()
            return []
        }
        try await withNodes([seeker("b", [clock])]) { others in
            let address = others[0].address
            let source = ClosureDiscovery {
                asked.add()
                return [address]
            }
            try await withNodes([seeker("a", [source])]) { nodes in
                try await others[0].seesAlive(2)
                try await nodes[0].leave()
                // A look may have been under way.
                let left = asked.value
                try await others[0].sees("a", .left)
                try await witness.grows(by: 20)
                #expect(asked.value <= left + 1)
                #expect(await nodes[0].join([address]).allSatisfy(\.succeeded))
                try await others[0].seesAlive(2)
                try await asked.grows(by: 2)
            }
            let ended = asked.value
            try await witness.grows(by: 20)
            #expect(asked.value <= ended + 1)
        }
    }

    @Test func aSourceMayShutTheNodeDown() async throws {
        let holder = Mutex<Memberlist?>(nil)
        let ended = Count()
        let source = ClosureDiscovery {
            guard let node = holder.withLock({ $0 }) else { return [] }
            await node.shutdown()
            ended.add()
            return []
        }
        try await withNodes([seeker("a", [source])]) { nodes in
            holder.withLock { $0 = nodes[0] }
            try await ended.grows(by: 1)
            holder.withLock { $0 = nil }
        }
    }
}
