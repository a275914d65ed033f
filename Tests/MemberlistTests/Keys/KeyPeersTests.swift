import MemberlistCore
import MemberlistWire
import Testing

@testable import Memberlist

/// Who used which key, and when last.
@Suite struct KeyPeersTests {
    private static let keys = [KeyID(rawValue: 1), KeyID(rawValue: 2)]

    private static func endpoint(_ number: Int) -> Endpoint {
        Endpoint(address: IPAddress(ipv4: 0x0a00_0000 + UInt32(number)), port: 7946)
    }

    @Test func itHoldsTheLastUseAndNoMoreThanItMay() throws {
        let peers = KeyPeers()
        let limit = KeyPeers.peersAtLeast
        func note(_ number: Int, at now: Int64, members: Int = 3) {
            peers.note(
                Self.keys[0],
                by: Self.endpoint(number),
                at: Instant(nanoseconds: now),
                members: members
            )
        }
        for number in 0..<limit { note(number, at: Int64(number)) }
        note(0, at: 5_000)
        note(limit, at: 5_001)
        var row = try #require(peers.all[Self.keys[0]])
        #expect(row.peers.count == limit && row.lastOpened == 5_001)
        // The one that was heard again stayed, and the one heard least of late made room.
        #expect(row.peers[Self.endpoint(0)] == 5_000 && row.peers[Self.endpoint(1)] == nil)
        // A larger cluster has more room.
        note(limit + 1, at: 5_002, members: limit)
        row = try #require(peers.all[Self.keys[0]])
        #expect(row.peers.count == limit + 1)
    }

    @Test func keysThatAreGoneAreForgotten() {
        let peers = KeyPeers()
        for key in Self.keys {
            peers.note(key, by: Self.endpoint(1), at: Instant(nanoseconds: 1), members: 1)
        }
        peers.keep([Self.keys[1]])
        #expect(Array(peers.all.keys) == [Self.keys[1]])
        #expect(peers.lastOpened(Self.keys[0]) == nil)
    }

    /// The rotation as its operator sees it: an old key can go when no peer's latest frame was sealed with it.
    @Test func itShowsWhenAnOldKeyCanGo() async throws {
        let (old, new) = (try SecretKey.random(), try SecretKey.random())
        let configurations = ["a", "b"].map { name in
            local(name) { $0.keyring = Keyring(primary: old, others: [new]) }
        }
        try await withNodes(configurations) { nodes in
            await nodes[0].join([nodes[1].address])
            for node in nodes { try await node.seesAlive(2) }
            let ring = try #require(nodes[0].keyring)
            func peer(_ key: SecretKey) -> ClusterKeyUsage.Peer? {
                ring.usage.first { $0.id == key.id }?.peers.first
            }
            try await nodes[0].isAnswered(by: "b")
            #expect(ring.usage.map(\.id) == [old.id, new.id])
            #expect(peer(old)?.name == "b" && peer(old)?.isLatest == true)
            #expect(peer(old)?.endpoint == nodes[1].localMember.endpoint)
            #expect(peer(new) == nil && ring.usage[1].idle == nil)

            try await nodes[1].keyring?.use(new.id)
            try await nodes[0].isAnswered(by: "b")
            let (before, after) = (try #require(peer(old)), try #require(peer(new)))
            #expect(!before.isLatest && after.isLatest && after.idle < before.idle)
            #expect(after.name == "b" && ring.usage[1].counts.opened > 0)

            try await ring.use(new.id)
            try await ring.remove(old.id)
            #expect(ring.usage.map(\.id) == [new.id])
        }
    }

    @Test func anAnswerOnAStreamCountsForWhoGaveIt() async throws {
        let key = try SecretKey.random()
        let configurations = ["a", "b"].map { name in local(name) { $0.keyring = Keyring(primary: key) } }
        try await withNodes(configurations) { nodes in
            #expect(await nodes[0].join([nodes[1].address]).allSatisfy(\.succeeded))
            let peers = nodes[0].node.shared.keyPeers.all[key.id]?.peers ?? [:]
            #expect(peers.keys.contains(nodes[1].localMember.endpoint))
        }
    }
}
