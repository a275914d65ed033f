internal import MemberlistWire
internal import NIOCore
internal import NIOPosix
internal import Synchronization

/// The transport that a node has unless it is given another: UDP and TCP over SwiftNIO, at one port number of every
/// address to bind.
final class SocketTransport: NodeTransport {
    private struct State {
        var ports: [PortPair] = []
        /// Descriptors that NIO has not taken yet.
        var descriptors: [CInt] = []
        var channels: [any Channel] = []
    }

    let connector: any StreamConnector = SocketConnector()
    private let hosts: [Endpoint]
    private let shared: NodeShared
    private let handle: DriverHandle
    private let room: NIOLoopBound<StreamRoom>
    private let state = Mutex(State())

    init(hosts: [Endpoint], shared: NodeShared, handle: DriverHandle, room: NIOLoopBound<StreamRoom>) {
        self.hosts = hosts
        self.shared = shared
        self.handle = handle
        self.room = room
    }

    func bind() async throws -> Endpoint {
        let room = room
        let ports = try await PortPair.bind(hosts, on: handle.loop, children: room.eventLoop) { channel in
            channel.eventLoop.makeCompletedFuture {
                let stream = SocketStream(for: InboundStream(room: room.value))
                try channel.pipeline.syncOperations.addHandler(stream)
            }
        }
        state.withLock { state in
            state.ports = ports
            state.descriptors = ports.map(\.descriptor)
        }
        return ports[0].bound
    }

    func sender() throws -> any DatagramSender {
        try DatagramSockets(state.withLock(\.ports))
    }

    func reaches(_ address: IPAddress) -> Bool {
        state.withLock { state in state.ports.contains { $0.reach.contains(address) } }
    }

    func listens(at endpoint: Endpoint) -> Bool {
        state.withLock { state in state.ports.contains { $0.bound == endpoint } }
    }

    func open() async throws {
        let (handle, shared) = (handle, shared)
        let reader = try await handle.loop.submit {
            NIOLoopBound(DatagramReader(handle: handle, shared: shared), eventLoop: handle.loop)
        }.get()
        let room = ReadingRoom(expecting: shared.configuration.gossip.datagramSize)
        for port in state.withLock(\.ports) {
            let channel = try await PortPair.open(port.descriptor, on: handle.loop, room: room) { channel in
                channel.eventLoop.makeCompletedFuture {
                    // From here on NIO closes the descriptor.
                    self.state.withLock { $0.descriptors.removeAll { $0 == port.descriptor } }
                    try channel.pipeline.syncOperations.addHandler(
                        DatagramHandler(reader: reader.value, handle: handle, log: shared.log, room: room)
                    )
                }
            }
            state.withLock { $0.channels.append(channel) }
        }
        for port in state.withLock(\.ports) {
            try await port.server.setOption(.autoRead, value: true).get()
        }
    }

    func close() async {
        let (open, descriptors) = state.withLock { state in
            defer { (state.channels, state.descriptors) = ([], []) }
            return (state.ports.map(\.server) + state.channels, state.descriptors)
        }
        for descriptor in descriptors { BoundSocket.close(descriptor) }
        // All at once; one that the system has closed already is as good.
        for closed in open.map({ $0.close() }) { try? await closed.get() }
    }
}
