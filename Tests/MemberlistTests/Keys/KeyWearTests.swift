import Metrics
import MetricsTestKit
import Testing

@testable import Memberlist
@testable import MemberlistWire

/// How much keys are used, as it is told: 2^31 seals of the cluster are half of what a key bears.
@Suite struct KeyWearTests {
    @Test func warnsOnceForEachKey() throws {
        let keyring = Keyring(primary: try SecretKey.random())
        var wear = KeyWear()
        #expect(wear.check(keyring, members: 10).warns == false)
        let bytes: [UInt8] = [1]
        var output: [UInt8] = []
        for _ in 0..<4 {
            try keyring.seal(bytes.span.bytes, padded: false, additionalData: bytes.span.bytes, into: &output)
        }
        #expect(wear.check(keyring, members: 100).seals == 400)
        let (seals, warns) = wear.check(keyring, members: 1 << 29)
        #expect(seals == 1 << 31)
        #expect(warns)
        #expect(!wear.check(keyring, members: 1 << 30).warns)
    }

    @Test func halfOfWhatAKeyBearsIsAnEventALineAndACount() async throws {
        let (metrics, lines) = (TestMetrics(), LogLines())
        let ring = Keyring(primary: try SecretKey.random())
        let configuration = local("a") { $0.keyring = ring }
        try await withMetricsFactory(metrics) {
            try await withNodes([configuration], logs: [lines]) { nodes in
                let events = nodes[0].events
                let keyring = try #require(nodes[0].keyring)
                let check: @Sendable () async throws -> Void = { [node = nodes[0].node] in
                    try await node.handle.ask { $0.checkKeys() }
                }
                ring.countRandomSeals((1 << 31) - 1)
                try await check()
                #expect(metrics.counterTotal(label: "memberlist.key.worn") == 0)
                #expect(keyring.usage.map(\.clusterSeals) == [(1 << 31) - 1])

                ring.countRandomSeals(1)
                try await check()
                try await check()
                let event = try await events.first { if case .keyWorn = $0 { true } else { false } }
                #expect(event == .keyWorn(seals: 1 << 31))
                #expect(metrics.counterTotal(label: "memberlist.key.worn") == 1)
                #expect(try metrics.expectGauge("memberlist.key.seals").lastValue == Double(1 << 31))
                let told = lines.having("warning", "rotate it", "seals=\(1 << 31)")
                #expect(told.count == 1 && told[0].contains("key=\(keyring.keyIDs[0])"), "\(lines.all)")

                // The next key is counted and told of by itself.
                let new = try SecretKey.random()
                try await keyring.add(new)
                try await keyring.use(new.id)
                try await check()
                #expect(metrics.counterTotal(label: "memberlist.key.worn") == 1)
                ring.countRandomSeals(1 << 31)
                try await check()
                #expect(metrics.counterTotal(label: "memberlist.key.worn") == 2)
            }
        }
    }

    @Test func eachKeyHasItsOwnNumbers() async throws {
        let metrics = TestMetrics()
        let keys = try (0..<2).map { _ in try SecretKey.random() }
        let configurations = ["a", "b"].map { name in
            local(name) { $0.keyring = Keyring(primary: keys[0], others: [keys[1]]) }
        }
        try await withMetricsFactory(metrics) {
            try await withNodes(configurations) { nodes in
                await nodes[0].join([nodes[1].address])
                for node in nodes { try await node.seesAlive(2) }
                try await nodes[0].isAnswered(by: "b")
                try await nodes[0].node.handle.ask { $0.checkKeys() }
            }
        }
        func gauge(_ name: String, _ key: SecretKey) -> Double? {
            try? metrics.expectGauge("memberlist.key.\(name)", [("key", "\(key.id)")]).lastValue
        }
        #expect(try #require(gauge("sealed", keys[0])) > 1)
        #expect(try #require(gauge("opened", keys[0])) > 1)
        #expect(try 0..<60 ~= #require(gauge("idle", keys[0])))
        #expect(gauge("sealed", keys[1]) == 0 && gauge("opened", keys[1]) == 0)
        #expect(gauge("idle", keys[1]) == nil)
    }
}
