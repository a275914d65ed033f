import Foundation
import Testing

/// `PARITY.md` names everything that HashiCorp's memberlist offers, and its links lead to tests that exist.
@Suite struct ParityTests {
    /// The fields of `Config`, the methods of `Memberlist`, of its queue and its keyring, and the methods of all
    /// delegates and transports, of memberlist 0.5.0.
    static let hashicorps = """
        Name Transport Label SkipInboundLabelCheck BindAddr BindPort AdvertiseAddr AdvertisePort ProtocolVersion \
        TCPTimeout IndirectChecks RetransmitMult SuspicionMult SuspicionMaxTimeoutMult PushPullInterval ProbeInterval \
        ProbeTimeout DisableTcpPings DisableTcpPingsForNode AwarenessMaxMultiplier GossipInterval GossipNodes \
        GossipToTheDeadTime GossipVerifyIncoming GossipVerifyOutgoing EnableCompression SecretKey Keyring Delegate \
        DelegateProtocolVersion DelegateProtocolMin DelegateProtocolMax Events Conflict Merge Ping Alive DNSConfigPath \
        LogOutput Logger HandoffQueueDepth UDPBufferSize DeadNodeReclaimTime RequireNodeNames CIDRsAllowed \
        MetricLabels QueueCheckInterval \
        Create Join LocalNode UpdateNode SendToAddress SendBestEffort SendReliable Members NumMembers Leave \
        GetHealthScore Shutdown \
        NodeMeta NotifyMsg GetBroadcasts LocalState MergeRemoteState NotifyJoin NotifyLeave NotifyUpdate \
        NotifyConflict NotifyMerge AckPayload NotifyPingComplete NotifyAlive \
        FinalAdvertiseAddr WriteTo PacketCh DialTimeout StreamCh \
        QueueBroadcast Invalidates Finished NamedBroadcast UniqueBroadcast NumQueued Reset Prune \
        NewKeyring AddKey UseKey RemoveKey GetKeys GetPrimaryKey \
        DefaultLANConfig DefaultWANConfig DefaultLocalConfig
        """.split(separator: " ").map(String.init)

    struct Row {
        let hashicorp: String
        let links: [(name: String, file: String)]
    }

    static func rows() throws -> [Row] {
        let text = try String(contentsOf: SourceTree.top.appendingPathComponent("PARITY.md"), encoding: .utf8)
        return text.components(separatedBy: "\n").filter { $0.hasPrefix("| `") }.map { line in
            let cells = line.components(separatedBy: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            let link = /\[`?(\w+)(?:\(\))?`?\]\(([^)]+)\)/
            return Row(
                hashicorp: cells[1],
                links: (cells.dropLast().last ?? "").matches(of: link).map { (String($0.1), String($0.2)) }
            )
        }
    }

    @Test func everyRowLeadsToATestThatExists() throws {
        let rows = try Self.rows()
        #expect(rows.count > 60, "rows were not found: has the table changed its form?")
        for row in rows {
            #expect(!row.links.isEmpty, "\(row.hashicorp) names no test")
            for link in row.links {
                let file = SourceTree.top.appendingPathComponent(link.file)
                let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
                #expect(
                    Self.isTest(link.name, in: text),
                    "\(row.hashicorp): no \(link.name) in \(link.file)"
                )
            }
        }
    }

    /// A function of that name with `@Test` since the last line that ends something.
    static func isTest(_ name: String, in text: String) -> Bool {
        guard let place = text.range(of: "func \(name)(") else { return false }
        let before = text[..<place.lowerBound]
        let start = before.range(of: "}\n", options: .backwards)?.upperBound ?? text.startIndex
        return before[start...].contains("@Test")
    }

    @Test func nothingOfHashiCorpsIsMissing() throws {
        let named = Set(
            try Self.rows().flatMap { row in row.hashicorp.matches(of: /\w+/).map { String($0.0) } }
        )
        for name in Self.hashicorps where !named.contains(name) {
            Issue.record("PARITY.md has no row for \(name)")
        }
    }

    /// What broke memberlist's users, by the number that this project gives it, is tried by a test that says so. The
    /// formatter may put the name on a line of its own.
    @Test(arguments: 1...38) func aTestNamesTheTrap(number: Int) throws {
        let tests = try SourceTree.files(below: "Tests")
        #expect(
            tests.contains { file in
                file.lines.contains { $0.contains("\"Trap \(number): ") }
            },
            "no test's name begins with \"Trap \(number): \""
        )
    }
}
