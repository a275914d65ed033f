import Memberlist
import Testing

/// What a configuration may say, at each limit, below and above; and that a node lives by it.
@Suite(.timeLimit(.minutes(10)))
struct LimitTests {
    private typealias Change = @Sendable (inout MemberlistConfiguration, Int) -> Void

    private static let integers: [(String, ClosedRange<Int>, ConfigurationError.Code, Change)] = [
        ("name", 1...255, .nameTooLong, { $0.name = NodeName(String(repeating: "n", count: $1)) }),
        ("label", 0...255, .labelTooLong, { $0.label = String(repeating: "l", count: $1) }),
        (
            "accepted label", 0...255, .labelTooLong,
            { $0.acceptedLabels = ["", String(repeating: "l", count: $1)] }
        ),
        ("meta", 0...512, .metaTooLong, { $0.meta = [UInt8](repeating: 1, count: $1) }),
        // What a datagram of 1,400 bytes leaves, with the longest name and the most overhead.
        ("meta limit", 0...985, .metaLimitOutOfRange, { $0.metaLimit = $1 }),
        (
            "meta limit of large datagrams", 0...65_092, .metaLimitOutOfRange,
            { ($0.metaLimit, $0.gossip.datagramSize) = ($1, 65_507) }
        ),
        (
            "meta limit of the smallest datagrams", 0...528, .metaLimitOutOfRange,
            {
                ($0.metaLimit, $0.gossip.datagramSize) = ($1, 1_200)
                $0.label = String(repeating: "l", count: 255)
            }
        ),
        ("datagram size", 1_200...65_507, .datagramSizeOutOfRange, { $0.gossip.datagramSize = $1 }),
        ("bind port", 0...65_535, .portOutOfRange, { $0.bindPort = $1 }),
        ("streams", 1...65_536, .countOutOfRange, { $0.streams.maximumInbound = $1 }),
        ("helpers", 0...64, .countOutOfRange, { $0.probe.indirectChecks = $1 }),
        ("hook queue", 1...1_048_576, .countOutOfRange, { $0.hookQueue = $1 }),
        ("protocol version", 1...5, .protocolVersionOutOfRange, { $0.protocolVersion = UInt8($1) }),
        ("health multiplier", 1...64, .countOutOfRange, { $0.probe.healthMultiplier = $1 }),
        ("events", 1...1_048_576, .countOutOfRange, { $0.eventBuffer = $1 }),
    ]

    @Test(arguments: integers.indices) func settings(index: Int) throws {
        let (what, range, code, change) = Self.integers[index]
        for value in [range.lowerBound, range.lowerBound + 1, range.upperBound - 1, range.upperBound] {
            var configuration = MemberlistConfiguration(name: "a")
            change(&configuration, value)
            #expect(throws: Never.self, "\(what) \(value)") { try configuration.validate() }
        }
        for value in [range.lowerBound - 1, range.upperBound + 1] where value >= 0 {
            var configuration = MemberlistConfiguration(name: "a")
            change(&configuration, value)
            do throws(ConfigurationError) {
                try configuration.validate()
                Issue.record("\(what) \(value) was taken")
            } catch {
                #expect(error.code == code || (value == 0 && error.code == .nameEmpty), "\(what) \(value)")
            }
        }
    }

    /// Nodes that agree on more metadata than HashiCorp's tell each other of it; one that does not, believes
    /// nobody who says so much.
    @Test func metadataBeyondHashiCorps() async throws {
        let meta = [UInt8](repeating: 0x6d, count: 900)
        let configurations = ["a", "b", "usual"].map { name in
            local(name) {
                if name != "usual" { $0.metaLimit = 900 }
                if name == "a" { $0.meta = Array(meta.dropLast()) }
            }
        }
        try await withNodes(configurations) { nodes in
            #expect(await nodes[1].join([nodes[0].address]).allSatisfy(\.succeeded))
            try await nodes[1].seesAlive(2)
            let events = nodes[1].events
            try await nodes[0].updateMeta(meta)
            try await events.first { _ in nodes[1].member(named: "a")?.meta == meta }
            await #expect(throws: MemberlistError.metaTooLong(size: 901, limit: 900)) {
                try await nodes[0].updateMeta(meta + [1])
            }
            #expect(await nodes[2].join([nodes[1].address]).allSatisfy(\.succeeded))
            try await nodes[2].seesAlive(2)
            #expect(nodes[2].member(named: "b") != nil && nodes[2].member(named: "a") == nil)
        }
    }
}
