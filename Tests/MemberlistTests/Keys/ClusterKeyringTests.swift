import Foundation
import ProcessSupport
import Testing

@testable import Memberlist

/// Keys that change while nodes run.
@Suite struct ClusterKeyringTests {
    private static func withFile(_ body: (KeyringFile) async throws -> Void) async throws {
        let folder = try Programs.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = KeyringFile(path: folder.appendingPathComponent("k").path)
        try file.create([try SecretKey.random()])
        try await body(file)
    }

    @Test func aPlainNodeHasNone() async throws {
        try await withNodes([local("a")]) { nodes in #expect(nodes[0].keyring == nil) }
    }

    @Test func theFileIsReadAtTheStartAndWrittenFirst() async throws {
        try await Self.withFile { file in
            let (old, new) = (try file.read()[0], try SecretKey.random())
            try await withNodes([local("a") { $0.keyringFile = file }]) { nodes in
                let keyring = try #require(nodes[0].keyring)
                #expect(keyring.keyIDs == [old.id])
                try await keyring.add(new)
                #expect(try file.read() == [old, new] && keyring.keyIDs == [old.id, new.id])
                try await keyring.use(new.id)
                #expect(try file.read() == [new, old] && keyring.keyIDs == [new.id, old.id])
                await #expect(throws: KeyError.primaryCannotBeRemoved) { try await keyring.remove(new.id) }
                try await keyring.remove(old.id)
                #expect(try file.read() == [new] && keyring.keyIDs == [new.id])
                await #expect(throws: KeyError.lastKeyCannotBeRemoved) { try await keyring.remove(new.id) }
                await #expect(throws: KeyError.unknownKey) { try await keyring.use(old.id) }
            }
        }
    }

    @Test func aRingWithoutAFileIsChangedInMemory() async throws {
        let (old, new) = (try SecretKey.random(), try SecretKey.random())
        try await withNodes([local("a") { $0.keyring = Keyring(primary: old) }]) { nodes in
            let keyring = try #require(nodes[0].keyring)
            try await keyring.add(new)
            try await keyring.use(new.id)
            try await keyring.remove(old.id)
            #expect(keyring.keyIDs == [new.id] && keyring.file == nil)
            #expect(try await keyring.reload() == [new.id])
        }
    }

    @Test func aFileThatIsGoneLeavesTheRingAsItWas() async throws {
        try await Self.withFile { file in
            let old = try file.read()[0]
            try await withNodes([local("a") { $0.keyringFile = file }]) { nodes in
                let keyring = try #require(nodes[0].keyring)
                try FileManager.default.removeItem(atPath: file.path)
                let new = try SecretKey.random()
                await #expect(throws: KeyringFileError.missing(path: file.path)) {
                    try await keyring.add(new)
                }
                await #expect(throws: KeyringFileError.missing(path: file.path)) {
                    try await keyring.reload()
                }
                #expect(keyring.keyIDs == [old.id])
            }
        }
    }

    @Test func aStartWithoutTheFileFails() async throws {
        let file = KeyringFile(path: "/nonexistent/k")
        await #expect(throws: KeyringFileError.missing(path: file.path)) {
            try await Memberlist.create(local("a") { $0.keyringFile = file })
        }
    }

    /// The order that the documentation gives, with a message at each step.
    @Test func aClusterRotatesWithoutLosingAMessage() async throws {
        let (old, new) = (try SecretKey.random(), try SecretKey.random(bytes: 16))
        let configurations = ["a", "b"].map { name in local(name) { $0.keyring = Keyring(primary: old) } }
        try await withNodes(configurations) { nodes in
            await nodes[0].join([nodes[1].address])
            for node in nodes { try await node.seesAlive(2) }
            let rings = try nodes.map { try #require($0.keyring) }
            func talk() async throws {
                for (from, to) in [(0, 1), (1, 0)] {
                    try await nodes[from].isAnswered(by: nodes[to].localMember.name)
                    try await nodes[from].sendReliably([1], to: nodes[to].localMember.name)
                }
            }
            try await talk()
            for ring in rings {
                try await ring.add(new)
                try await talk()
            }
            for ring in rings {
                try await ring.use(new.id)
                try await talk()
            }
            for ring in rings {
                try await ring.remove(old.id)
                try await talk()
            }
            for ring in rings { #expect(ring.keyIDs == [new.id]) }
        }
    }

    /// It was away while the keys changed twice. It is told why it finds nobody, and reads its file to get in.
    @Test("Trap 26: a node that missed two rotations gets in, without a restart, by its file")
    func aNodeThatMissedTwoRotationsGetsInWithNoRestart() async throws {
        try await Self.withFile { file in
            let keys = [try file.read()[0], try SecretKey.random(), try SecretKey.random()]
            let configurations = [
                local("a") { $0.keyring = Keyring(primary: keys[0]) },
                local("away") { $0.keyringFile = file },
            ]
            let logs = [LogLines(), LogLines()]
            try await withNodes(configurations, logs: logs) { nodes in
                let ring = try #require(nodes[0].keyring)
                for (old, new) in zip(keys, keys.dropFirst()) {
                    try await ring.add(new)
                    try await ring.use(new.id)
                    try await ring.remove(old.id)
                }
                let refused = try #require(await nodes[1].join([nodes[0].address]).first)
                guard case .failure(let reason) = refused.outcome else {
                    Issue.record("a node with a key of the past got in")
                    return
                }
                #expect("\(reason)".contains("compare keys"))
                let alone = logs[1].having("warning", "this node is a cluster of its own", nodes[0].address)
                #expect(alone.count == 1 && alone[0].contains("sealing-key=\(keys[0].id)"), "\(logs[1].all)")
                try await poll("the refusal at the other side", within: .seconds(20)) {
                    logs[0].having("no key of this ring opens", "127.0.0.1", "\(keys[2].id)").count == 1
                }
                #expect(nodes[0].alive == ["a"] && nodes[1].alive == ["away"])
                try file.replace(with: [keys[2]])
                #expect(try await nodes[1].keyring?.reload() == [keys[2].id])
                #expect(await nodes[1].join([nodes[0].address]).allSatisfy { $0.succeeded })
                for node in nodes { try await node.seesAlive(2) }
            }
        }
    }

    /// Of three keys each node has two, and one uses what another has removed, until the rings are one again.
    @Test("Trap 26: a key that is removed while it is primary elsewhere silences that node alone")
    func aKeyThatIsRemovedWhileItIsPrimaryElsewhereSilencesThatNodeAlone() async throws {
        let keys = try (0..<3).map { _ in try SecretKey.random() }
        let configurations = ["a", "b"].map { name in local(name) { $0.keyring = Keyring(primary: keys[0]) } }
        let logs = [LogLines(), LogLines()]
        try await withNodes(configurations, logs: logs) { nodes in
            await nodes[0].join([nodes[1].address])
            for node in nodes { try await node.seesAlive(2) }
            let rings = try nodes.map { try #require($0.keyring) }
            try await rings[0].add(keys[1])
            try await rings[0].use(keys[1].id)
            try await rings[0].remove(keys[0].id)
            try await rings[1].add(keys[2])
            await #expect(throws: MemberlistError.timedOut) { _ = try await nodes[1].ping("a") }
            // Each says what it misses, and of whom.
            for (log, key, peer) in [(logs[0], keys[0], "b"), (logs[1], keys[1], "a")] {
                try await poll("the missing key at \(peer)'s peer", within: .seconds(60)) {
                    !log.having("not on this ring", "key=\(key.id)", "member=\(peer)").isEmpty
                }
            }
            try await rings[1].add(keys[1])
            try await rings[1].use(keys[1].id)
            try await rings[1].remove(keys[0].id)
            for node in nodes { try await node.seesAlive(2) }
            try await nodes[1].isAnswered(by: "a")
        }
    }

    /// It comes back while the keys overlap: its peers still open what it seals, and it opens nothing of theirs.
    @Test("Trap 25: a node that comes back with an old key alone says so, and is no cluster of its own")
    func aNodeThatMissedTheNewKeySaysThatItOpensNoAnswer() async throws {
        let (old, new) = (try SecretKey.random(), try SecretKey.random())
        let configurations = [
            local("a") { $0.keyring = Keyring(primary: new, others: [old]) },
            local("away") { $0.keyring = Keyring(primary: old) },
        ]
        let logs = [LogLines(), LogLines()]
        try await withNodes(configurations, logs: logs) { nodes in
            let result = try #require(await nodes[1].join([nodes[0].address]).first)
            #expect(result.outcome == .failure(.unreadable(.authenticationFailed)))
            #expect(
                logs[1].having("warning", "no key of this ring opens", "from=\(nodes[0].address)").count == 1
            )
            #expect(logs[1].having("no key of this node's ring opens the peer's answer").count == 1)
            // The others know it by now, and speak natively to it: that names the key.
            try await poll("the missing key", within: .seconds(20)) {
                logs[1].having("not on this ring", "key=\(new.id)", "from=\(nodes[0].address)").count == 1
            }
            try await nodes[1].keyring?.add(new)
            #expect(await nodes[1].join([nodes[0].address]).allSatisfy(\.succeeded))
            for node in nodes { try await node.seesAlive(2) }
        }
    }

    /// Each node has another primary, and all have all three keys.
    @Test("Trap 26: of three keys that overlap each opens everything")
    func threeKeysThatOverlapOpenEverything() async throws {
        let keys = try (0..<3).map { _ in try SecretKey.random() }
        let configurations = (0..<3).map { place in
            local("\(place)") { $0.keyring = Keyring(primary: keys[place], others: keys) }
        }
        let logs = (0..<3).map { _ in LogLines() }
        try await withNodes(configurations, logs: logs) { nodes in
            for node in nodes.dropFirst() { await node.join([nodes[0].address]) }
            for node in nodes { try await node.seesAlive(3) }
            for node in nodes {
                for name in ["0", "1", "2"] as [NodeName] where name != node.localMember.name {
                    try await node.isAnswered(by: name)
                }
            }
            for (place, node) in nodes.enumerated() {
                #expect(
                    logs[place].having("not on this ring") + logs[place].having("no key of this ring") == []
                )
                let latest = node.keyring?.usage.flatMap { key in
                    key.peers.filter(\.isLatest).map { _ in key.id }
                }
                #expect(latest.map(Set.init) == Set(keys.map(\.id)).subtracting([keys[place].id]))
            }
        }
    }
}
