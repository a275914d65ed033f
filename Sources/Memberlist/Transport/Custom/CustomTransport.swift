internal import MemberlistCore
internal import MemberlistWire
internal import Metrics
internal import NIOCore
internal import Synchronization

/// A transport of somebody else's making, as the node drives it.
final class CustomTransport: NodeTransport {
    let connector: any StreamConnector
    private let transport: any MemberlistTransport
    private let receiver: NodeReceiver
    private let tasks: TaskTally
    private let bound = Mutex<Endpoint?>(nil)

    init(
        _ transport: any MemberlistTransport,
        reader: NIOLoopBound<DatagramReader>,
        room: NIOLoopBound<StreamRoom>,
        shared: NodeShared
    ) {
        self.transport = transport
        tasks = TaskTally()
        receiver = NodeReceiver(
            mailbox: DatagramMailbox(reader: reader, metrics: shared.metrics),
            room: room,
            tasks: tasks,
            shared: shared
        )
        connector = CustomConnector(transport: transport, tasks: tasks)
    }

    func bind() async throws -> Endpoint {
        let endpoint = try await transport.start(receiver)
        guard endpoint.port > 0, !endpoint.address.isUnspecified else {
            throw MemberlistError.bindFailed("the transport gave \(endpoint), which no peer can reach")
        }
        bound.withLock { $0 = endpoint }
        return endpoint
    }

    func sender() -> any DatagramSender {
        CustomSender(transport)
    }

    /// Its own business.
    func reaches(_ address: IPAddress) -> Bool { true }

    func listens(at endpoint: Endpoint) -> Bool { bound.withLock { $0 == endpoint } }

    func open() {
        receiver.open()
    }

    func close() async {
        receiver.close()
        await transport.shutdown()
        await receiver.mailbox.close()
        await tasks.close()
    }
}

/// The node, as a custom transport sees it. It holds nothing of the transport.
private final class NodeReceiver: TransportReceiver {
    let mailbox: DatagramMailbox
    private let room: NIOLoopBound<StreamRoom>
    private let tasks: TaskTally
    private let shared: NodeShared
    private let isOpen = Atomic<Bool>(false)
    /// Streams that wait for their loop: the room counts those that have come in.
    private let arriving = Atomic<Int>(0)

    init(mailbox: DatagramMailbox, room: NIOLoopBound<StreamRoom>, tasks: TaskTally, shared: NodeShared) {
        self.mailbox = mailbox
        self.room = room
        self.tasks = tasks
        self.shared = shared
    }

    func open() {
        mailbox.open()
        isOpen.store(true, ordering: .releasing)
    }

    func close() {
        isOpen.store(false, ordering: .releasing)
    }

    func receive(_ datagram: [UInt8], from sender: Endpoint) {
        mailbox.receive(datagram, from: sender)
    }

    func accept(_ stream: any MemberlistStream, from peer: Endpoint) {
        guard isOpen.load(ordering: .acquiring), tasks.enter() else { return stream.close() }
        let limit = shared.configuration.streams.maximumInbound
        guard arriving.add(1, ordering: .relaxed).newValue <= limit else {
            arriving.subtract(1, ordering: .relaxed)
            shared.metrics.tcpRefused[.full].increment()
            tasks.leave()
            return stream.close()
        }
        room.eventLoop.execute { [self] in
            arriving.subtract(1, ordering: .relaxed)
            let pump = StreamPump(stream, loop: room.eventLoop, tasks: tasks)
            pump.open(for: InboundStream(room: room.value), by: peer)
            tasks.leave()
        }
    }
}

private final class CustomSender: DatagramSender {
    private var transport: (any MemberlistTransport)?

    init(_ transport: any MemberlistTransport) {
        self.transport = transport
    }

    func send(_ datagram: [UInt8], to endpoint: Endpoint, named name: NodeName?) -> Bool {
        transport?.send(datagram, to: endpoint, named: name) ?? false
    }

    func flush() -> Int { 0 }

    func close() {
        transport = nil
    }
}

/// Opens streams over a custom transport.
private struct CustomConnector: StreamConnector {
    let transport: any MemberlistTransport
    let tasks: TaskTally

    func connect(
        to endpoint: Endpoint,
        named name: NodeName?,
        for user: NIOLoopBound<StreamRequest>,
        until deadline: NIODeadline,
        orUntil result: EventLoopFuture<StreamMessage?>
    ) -> EventLoopFuture<Void> {
        let (transport, tasks, loop) = (transport, tasks, user.eventLoop)
        let connected = loop.makePromise(of: Void.self)
        let left = max(.zero, deadline - .now())
        let limit = ContinuousClock.now + .nanoseconds(left.nanoseconds)
        let task = tasks.start {
            do {
                let stream = try await transport.connect(to: endpoint, named: name, until: limit)
                try await loop.submit {
                    StreamPump(stream, loop: loop, tasks: tasks).open(for: user.value, by: endpoint)
                }.get()
                connected.succeed()
            } catch {
                connected.fail(error)
            }
        }
        result.whenComplete { _ in task.cancel() }
        return connected.futureResult
    }
}
