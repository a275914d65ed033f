internal import MemberlistWire

/// One end of a stream in memory.
final class InMemoryStream: MemberlistStream {
    let local: Endpoint
    let remote: Endpoint
    private let network: InMemoryNetwork
    private let incoming: InMemoryPipe
    private let outgoing: InMemoryPipe

    /// What arrives at once: as a socket's reads bring it.
    private static let chunk = 64 * 1024

    /// Both ends, the one that has opened it first.
    static func pair(from local: Endpoint, to remote: Endpoint, over network: InMemoryNetwork)
        -> (InMemoryStream, InMemoryStream)
    {
        let (there, back) = (InMemoryPipe(), InMemoryPipe())
        return (
            InMemoryStream(local, remote, network, incoming: back, outgoing: there),
            InMemoryStream(remote, local, network, incoming: there, outgoing: back)
        )
    }

    private init(
        _ local: Endpoint,
        _ remote: Endpoint,
        _ network: InMemoryNetwork,
        incoming: InMemoryPipe,
        outgoing: InMemoryPipe
    ) {
        self.local = local
        self.remote = remote
        self.network = network
        self.incoming = incoming
        self.outgoing = outgoing
    }

    func read() async throws -> [UInt8]? {
        try await incoming.read()
    }

    func write(_ bytes: [UInt8]) async throws {
        for start in stride(from: 0, to: bytes.count, by: Self.chunk) {
            let end = min(bytes.count, start + Self.chunk)
            try await outgoing.send(Array(bytes[start..<end]))
            let pipe = outgoing
            network.after(network.delay(from: local, to: remote)) { pipe.arrive() }
        }
    }

    func closeOutput() {
        outgoing.finish()
    }

    func close() {
        outgoing.finish()
        incoming.breakOff()
        network.forget(self)
    }

    /// The network between the ends is gone.
    func breakOff() {
        outgoing.breakOff()
        incoming.breakOff()
    }
}
