import ProcessSupport
import Synchronization
import Testing

@testable import Memberlist

/// While a cluster moves, each node counts whom it would lose if it stopped being permissive.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct RolloutCountTests {
    /// A node that still sends plaintext, or under the old label, and one that takes it and does not send it.
    private func mixed(
        _ kind: PermissiveTraffic.Kind,
        old: @escaping @Sendable (inout MemberlistConfiguration) -> Void,
        permissive: @escaping @Sendable (inout MemberlistConfiguration) -> Void
    ) async throws {
        let lines = LogLines()
        let before = try await Memberlist.create(local("old", old))
        let after = try await Memberlist.create(local("new", permissive), logger: lines.logger)
        #expect(after.permissiveTraffic.isPermissive && after.permissiveTraffic.isQuiet)
        try await poll("the standing warning", within: .seconds(60)) {
            !lines.having("warning", "this node is permissive", "nobody needs it").isEmpty
        }
        #expect(await before.join([after.address]).allSatisfy(\.succeeded))
        try await after.seesAlive(2)
        // Datagrams: from where the old one listens, so by its name.
        try await poll("the old one's datagrams", within: .seconds(60)) {
            after.permissiveTraffic.peers.contains {
                $0.name == "old" && $0.kind == kind && $0.endpoint == before.localMember.endpoint
            }
        }
        // The stream of its join came from another port.
        let traffic = after.permissiveTraffic
        #expect(traffic.peers.contains { $0.endpoint.port == 0 && $0.kind == kind })
        #expect(traffic.peers.allSatisfy { $0.kind == kind && $0.count > 0 && $0.idle < .seconds(60) })
        #expect(!traffic.isQuiet && traffic.window == .seconds(600))
        try await after.node.handle.ask { $0.reportPermissive() }
        let count = kind == .plaintext ? "plaintext-peers=2" : "other-label-peers=2"
        #expect(!lines.having("warning", "should stop sending", count, "old").isEmpty, "\(lines.all)")
        await before.shutdown()
        await after.shutdown()
    }

    @Test("Trap 30: plaintext that is still taken is counted for each peer")
    func plaintextIsCounted() async throws {
        let key = try SecretKey.random()
        try await mixed(
            .plaintext,
            old: {
                $0.keyring = Keyring(primary: key)
                ($0.verifiesIncoming, $0.verifiesOutgoing) = (false, false)
            },
            permissive: { ($0.keyring, $0.verifiesIncoming) = (Keyring(primary: key), false) }
        )
    }

    @Test("Trap 30: traffic under another label that is still taken is counted for each peer")
    func otherLabelsAreCounted() async throws {
        try await mixed(
            .otherLabel,
            old: { $0.acceptedLabels = ["blue"] },
            permissive: { ($0.label, $0.acceptedLabels) = ("blue", [""]) }
        )
    }

    @Test("Trap 30: an encrypted cluster under one label needs no permission, and says so")
    func aMovedClusterIsQuiet() async throws {
        let key = try SecretKey.random()
        let configurations = ["a", "b"].map { name in
            local(name) {
                ($0.keyring, $0.verifiesIncoming) = (Keyring(primary: key), false)
                ($0.label, $0.acceptedLabels) = ("blue", [""])
            }
        }
        try await withNodes(configurations) { nodes in
            #expect(await nodes[0].join([nodes[1].address]).allSatisfy(\.succeeded))
            for node in nodes { try await node.seesAlive(2) }
            try await nodes[0].sendReliably([1], to: "b")
            try await nodes[0].isAnswered(by: "b")
            try await nodes[1].isAnswered(by: "a")
            for node in nodes {
                #expect(node.permissiveTraffic.isPermissive && node.permissiveTraffic.isQuiet)
            }
        }
    }
}
