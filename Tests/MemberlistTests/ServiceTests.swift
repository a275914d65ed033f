import Logging
import Memberlist
import NIOCore
import ServiceLifecycle
import Synchronization
import Testing

/// Another service of the same group: it says in what order things ended.
private struct Companion: Service {
    let ends: Ends
    let name: String

    func run() async throws {
        try? await gracefulShutdown()
        ends.note(name)
    }
}

private final class Ends: Sendable {
    private let names = Mutex<[String]>([])

    var all: [String] { names.withLock { $0 } }

    func note(_ name: String) { names.withLock { $0.append(name) } }
}

/// A node that tells when its `run()` is over.
private struct Noted: Service {
    let node: Memberlist
    let ends: Ends

    func run() async throws {
        try await node.run()
        ends.note("node")
    }
}

/// A node in a `ServiceGroup`, on an address of its own so that nobody takes a port that was just freed.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct ServiceTests {
    private static let host = "127.0.41.1"

    private func pair(_ body: (Memberlist, Memberlist) async throws -> Void) async throws {
        try await withNodes([local("peer", host: Self.host)]) { nodes in
            let node = try await Memberlist.create(local("a", host: Self.host))
            #expect(await node.join([nodes[0].address]).allSatisfy(\.succeeded))
            try await nodes[0].seesAlive(2)
            try await body(node, nodes[0])
            // Again is no harm, and where the body failed it is needed.
            await node.shutdown()
        }
    }

    private func left(_ events: MemberlistEvents) async throws {
        try await events.first { if case .left(let member) = $0 { member.name == "a" } else { false } }
    }

    private func portsAreFree(_ node: Memberlist) async throws {
        let port = Int(node.localMember.endpoint.port)
        try await bindStream(port, host: Self.host).close()
        try await bindDatagram(port, host: Self.host).close()
    }

    private func group(_ services: [any Service]) -> ServiceGroup {
        ServiceGroup(
            configuration: .init(
                services: services.map { .init(service: $0) },
                logger: Logger(label: "services")
            )
        )
    }

    @Test func aGracefulShutdownLeavesInOrder() async throws {
        try await pair { node, peer in
            let ends = Ends()
            // The last one is ended first: who uses the node goes before it, what it uses after it.
            let group = group([
                Companion(ends: ends, name: "what it uses"), Noted(node: node, ends: ends),
                Companion(ends: ends, name: "who uses it"),
            ])
            let events = peer.events
            let running = Task { try await group.run() }
            // A group that does not run yet remembers it.
            await group.triggerGracefulShutdown()
            try await left(events)
            try await running.value
            #expect(ends.all == ["who uses it", "node", "what it uses"])
            #expect(peer.member(named: "a")?.state == .left)
            try await portsAreFree(node)
        }
    }

    @Test func aCancelledGroupLeavesToo() async throws {
        try await pair { node, peer in
            let ends = Ends()
            let group = group([Noted(node: node, ends: ends), Companion(ends: ends, name: "other")])
            let events = peer.events
            let running = Task { try await group.run() }
            running.cancel()
            try await left(events)
            _ = try? await running.value
            #expect(ends.all.contains("node"))
            try await portsAreFree(node)
        }
    }

    @Test func aShutdownOfTheNodesOwnEndsTheService() async throws {
        try await pair { node, _ in
            let running = Task { try await node.run() }
            await node.shutdown()
            try await within { try await running.value }
            try await portsAreFree(node)
        }
    }
}
