internal import DequeModule
internal import MemberlistCore
public import MemberlistWire

/// A socket of an application's own on a simulated machine: its bytes take the same links as the cluster's, with
/// their latency, loss and cuts, in the same virtual time. For code that speaks to the members that the cluster
/// found.
///
/// It ends with the process that opened it.
public final class SimulatedSocket {
    /// Where it listens: the machine's address, and a port of its own.
    public let endpoint: Endpoint
    /// Called with what arrives, and from where. Virtual time stands still meanwhile.
    public var onReceive: ((_ bytes: [UInt8], _ source: Endpoint) -> Void)?

    private let host: Host
    private let launch: Int
    private unowned let world: World
    /// What goes reliably, by receiver: one after another, so that it arrives in order.
    private var streams: [Endpoint: Deque<Sending>] = [:]

    private struct Sending {
        let bytes: [UInt8]
        let deadline: Instant
        let finished: (Bool) -> Void
    }

    private static let resend: Int64 = 200_000_000
    private static let look: Int64 = 20_000_000

    init?(host: Host, port: UInt16, world: World) {
        guard let process = host.process, port != host.endpoint.port else { return nil }
        endpoint = Endpoint(address: host.endpoint.address, port: port)
        self.host = host
        self.world = world
        launch = process.launch
        guard world.sockets[endpoint]?.isOpen != true else { return nil }
        world.sockets[endpoint] = self
    }

    /// Whether the process that opened it still runs, and nobody closed it.
    public var isOpen: Bool { host.process?.launch == launch && world.sockets[endpoint] === self }

    /// Closes it: nothing arrives any more.
    public func close() {
        if world.sockets[endpoint] === self { world.sockets[endpoint] = nil }
    }

    /// Sends a datagram, which may be lost, doubled or overtaken.
    public func send(_ bytes: [UInt8], to destination: Endpoint) {
        guard isOpen, let receiver = world.sockets[destination] else { return }
        switch world.passage(bytes.count, from: host.index, to: receiver.host.index) {
        case .lost: return
        case .arrives(let first, let second):
            plan(bytes, for: receiver, at: first)
            if let second { plan(bytes, for: receiver, at: second) }
        }
    }

    /// Sends over a stream: all arrives in order, or not at all.
    ///
    /// - Parameters:
    ///   - bytes: What is sent.
    ///   - destination: Where another of these sockets listens.
    ///   - timeout: How long it is tried.
    ///   - finished: Told whether it arrived.
    public func sendReliably(
        _ bytes: [UInt8],
        to destination: Endpoint,
        timeout: Duration = .seconds(10),
        finished: @escaping (Bool) -> Void = { _ in }
    ) {
        let deadline = world.now.advanced(byNanoseconds: timeout.nanoseconds)
        streams[destination, default: []].append(
            Sending(bytes: bytes, deadline: deadline, finished: finished)
        )
        if streams[destination]?.count == 1 { attempt(destination) }
    }

    private func attempt(_ destination: Endpoint) {
        guard let sending = streams[destination]?.first else { return }
        guard isOpen, world.now < sending.deadline, let receiver = world.sockets[destination] else {
            return finish(destination, arrived: false)
        }
        let rules = world.network.links.rules(from: host.index, to: receiver.host.index)
        let back = world.network.links.rules(from: receiver.host.index, to: host.index)
        guard !rules.isCut, !back.isCut, !rules.loss.happens(&world.random) else {
            return after(Self.resend) { $0.attempt(destination) }
        }
        after(world.delay(rules)) { sender in
            guard receiver.isOpen else { return sender.finish(destination, arrived: false) }
            guard receiver.host.process?.activity == .running else {
                return sender.after(Self.look) { $0.attempt(destination) }
            }
            receiver.take(sending.bytes, from: sender.endpoint)
            sender.finish(destination, arrived: true)
        }
    }

    private func finish(_ destination: Endpoint, arrived: Bool) {
        let sending = streams[destination]?.popFirst()
        sending?.finished(arrived)
        if streams[destination]?.isEmpty == false { attempt(destination) }
    }

    private func after(_ delay: Int64, _ action: @escaping (SimulatedSocket) -> Void) {
        world.plan(at: world.now.advanced(byNanoseconds: delay)) { _ in action(self) }
    }

    private func plan(_ bytes: [UInt8], for receiver: SimulatedSocket, at due: Instant) {
        let source = endpoint
        world.plan(at: due) { world in
            guard receiver.isOpen else { return }
            guard receiver.host.process?.activity == .running else {
                return self.plan(bytes, for: receiver, at: world.now.advanced(byNanoseconds: Self.look))
            }
            receiver.take(bytes, from: source)
        }
    }

    private func take(_ bytes: [UInt8], from source: Endpoint) {
        world.digest.add(8, at: world.now, node: host.index, bytes)
        onReceive?(bytes, source)
    }
}

extension SimulatedNode {
    /// Opens a socket for the application's own traffic; nil where no process runs or the port is taken.
    public func openSocket(port: UInt16) -> SimulatedSocket? {
        let world = simulation.world
        return SimulatedSocket(host: world.hosts[index], port: port, world: world)
    }
}
