import Memberlist
import Testing

/// Every public call of a node's, as a hook may make it. `HookCallTests` holds the list to the sources.
struct PublicCall: Sendable {
    /// As it is declared, without its parameters.
    let name: String
    let run: @Sendable (Memberlist) async throws -> Void

    /// Of a node that has a keyring, whose peer is `b` at that address. What ends its membership comes last.
    static func all(peer: Endpoint) -> [PublicCall] {
        looking + sending(to: peer) + broadcasting + keys + coming(to: peer)
    }

    private static let looking = [
        PublicCall(name: "members") { #expect(!$0.members.isEmpty) },
        PublicCall(name: "members") { #expect(!$0.members(in: [.alive]).isEmpty) },
        PublicCall(name: "member") { #expect($0.member(named: "a") != nil) },
        PublicCall(name: "localMember") { #expect($0.localMember.name == "a") },
        PublicCall(name: "healthScore") { #expect($0.healthScore >= 0) },
        PublicCall(name: "boundEndpoint") { #expect($0.boundEndpoint.port > 0) },
        PublicCall(name: "protocolVersion") { #expect($0.protocolVersion == 2) },
        PublicCall(name: "permissiveTraffic") { #expect($0.permissiveTraffic.isQuiet) },
        PublicCall(name: "events") { node in withExtendedLifetime(node.events) {} },
        PublicCall(name: "watch") { node in
            var watch = node.watch("a").makeAsyncIterator()
            #expect(await watch.next()??.name == "a")
        },
        PublicCall(name: "waitUntil") { try await $0.waitUntil(members: 1) },
    ]

    private static func sending(to peer: Endpoint) -> [PublicCall] {
        [
            PublicCall(name: "updateMeta") { try await $0.updateMeta([1]) },
            PublicCall(name: "updateMeta") { try await $0.updateMeta() },
            PublicCall(name: "send") { try await $0.send([1], to: "b") },
            PublicCall(name: "send") { try await $0.send([1], to: peer) },
            PublicCall(name: "sendReliably") { try await $0.sendReliably([1], to: "b") },
            PublicCall(name: "sendReliably") { try await $0.sendReliably([1], to: peer) },
            PublicCall(name: "setPingPayload") { try await $0.setPingPayload([1]) },
            PublicCall(name: "pingPayloadLimit") { #expect($0.pingPayloadLimit > 0) },
            PublicCall(name: "ping") { _ = try await $0.ping("b") },
        ]
    }

    private static let broadcasting = [
        PublicCall(name: "broadcast") { node in
            let ticket = try await node.broadcast(Broadcast([2], name: "named"))
            ticket.cancel()
            _ = try await ticket.outcome
        },
        PublicCall(name: "broadcast") { try await $0.broadcast([2]) },
        PublicCall(name: "broadcastLimit") { #expect($0.broadcastLimit > 0) },
        PublicCall(name: "queuedBroadcasts") { _ = $0.queuedBroadcasts },
        PublicCall(name: "pruneBroadcasts") { try await $0.pruneBroadcasts(keeping: 0) },
    ]

    private static let keys = [
        PublicCall(name: "keyring") { node in
            let keyring = try #require(node.keyring)
            let key = try SecretKey.random()
            try await keyring.add(key)
            #expect(keyring.keyIDs.count == 2 && keyring.usage.count == 2)
            try await keyring.use(keyring.keyIDs[0])
            try await keyring.remove(key.id)
        }
    ]

    private static func coming(to peer: Endpoint) -> [PublicCall] {
        [
            PublicCall(name: "join") { _ = await $0.join(["\(peer)"]) },
            PublicCall(name: "leave") { try await $0.leave() },
            PublicCall(name: "join") { _ = await $0.join(["\(peer)"]) },
        ]
    }

    /// Those that end the node: `run` returns once it has ended.
    static let ending = [
        PublicCall(name: "shutdown") { await $0.shutdown() },
        PublicCall(name: "run") { try await $0.run() },
    ]
}
