import Memberlist
import Synchronization
import Testing

/// A transport that finds its way by names is told them, as HashiCorp's `NodeAwareTransport` is.
@Suite(.timeLimit(.minutes(10)))
struct NamedTransportTests {
    /// Knows where members are by their names alone: the addresses that the node has lead nowhere.
    private final class Directory: Sendable {
        private let places = Mutex<[NodeName: Endpoint]>([:])

        func set(_ name: NodeName, _ endpoint: Endpoint) { places.withLock { $0[name] = endpoint } }
        func find(_ name: NodeName?) -> Endpoint? { places.withLock { all in name.flatMap { all[$0] } } }
    }

    private struct Router: MemberlistTransport {
        let inner: InMemoryTransport
        let directory: Directory
        /// What this node tells the others; nobody listens there.
        let told: Endpoint

        func start(_ receiver: any TransportReceiver) async throws -> Endpoint {
            _ = try await inner.start(receiver)
            return told
        }

        func send(_ datagram: [UInt8], to endpoint: Endpoint) -> Bool { inner.send(datagram, to: endpoint) }

        func connect(to endpoint: Endpoint, until deadline: ContinuousClock.Instant) async throws
            -> any MemberlistStream
        {
            try await inner.connect(to: endpoint, until: deadline)
        }

        func send(_ datagram: [UInt8], to endpoint: Endpoint, named name: NodeName?) -> Bool {
            send(datagram, to: directory.find(name) ?? endpoint)
        }

        func connect(
            to endpoint: Endpoint,
            named name: NodeName?,
            until deadline: ContinuousClock.Instant
        ) async throws -> any MemberlistStream {
            try await connect(to: directory.find(name) ?? endpoint, until: deadline)
        }

        func shutdown() async { await inner.shutdown() }
    }

    @Test func joinsPingsAndMessagesAreRoutedByName() async throws {
        let (network, directory) = (InMemoryNetwork(seed: 5), Directory())
        let names = ["a", "b"] as [NodeName]
        var transports: [Router] = []
        for (number, name) in names.enumerated() {
            let inner = network.transport()
            directory.set(name, inner.endpoint)
            transports.append(
                Router(inner: inner, directory: directory, told: try endpoint("192.0.2.\(number + 1)"))
            )
        }
        try await withNodes([local("a"), local("b")], over: transports) { nodes in
            #expect(
                await nodes[0].join(["192.0.2.2:7946"], timeout: .seconds(5)).allSatisfy { !$0.succeeded }
            )
            #expect(await nodes[0].join(["b/192.0.2.2:7946"]).allSatisfy(\.succeeded))
            for node in nodes { try await node.seesAlive(2) }
            try await nodes[0].isAnswered(by: "b")
            let events = nodes[1].events
            try await nodes[0].send([1], to: "b")
            try await events.first { $0.payload == [1] }
            try await nodes[0].sendReliably([2], to: "b")
            try await events.first { $0.payload == [2] }
        }
    }
}
