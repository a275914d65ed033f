internal import MemberlistCore
public import MemberlistWire
internal import NIOCore
internal import NIOPosix
internal import Synchronization

/// A network in memory, for tests of applications: any number of nodes in one process, no sockets, and ways between
/// them that lose, delay, and can be cut.
///
/// ```swift
/// let network = InMemoryNetwork(seed: 1)
/// let node = try await Memberlist.create(.local(name: "a"), transport: network.transport())
/// ```
///
/// Time is real here, and so are the tasks and threads of the nodes: a history is never the same twice, though the
/// n-th datagram of a way has the same fate under one seed. To try a cluster through hours in seconds, and to repeat
/// what was found, there is the product `MemberlistSimulator`, whose time is virtual; it runs the protocol and an
/// application's hooks, this one whole nodes with all around them.
///
/// Streams are delayed and cut, but lose nothing, as TCP's.
public final class InMemoryNetwork: Sendable {
    /// What a way does to what is sent on it.
    public struct Conditions: Sendable, Hashable {
        /// The share of datagrams that are lost, 0 to 1.
        public var loss: Double
        /// How long everything takes at least.
        public var delay: Duration
        /// How much longer it takes at most; each datagram as much of that as chance will have it, so that they
        /// overtake each other.
        public var jitter: Duration

        /// Nothing is lost, and all arrives at once, unless said otherwise.
        public init(loss: Double = 0, delay: Duration = .zero, jitter: Duration = .zero) {
            self.loss = loss
            self.delay = delay
            self.jitter = jitter
        }
    }

    /// What became of all datagrams so far.
    public struct Tally: Sendable, Hashable {
        /// Given to the network.
        public internal(set) var sent = 0
        /// Lost by chance, on a way that is cut, or to an endpoint where nobody is.
        public internal(set) var lost = 0
    }

    private let state: Mutex<InMemoryWays>
    private let loop = MultiThreadedEventLoopGroup.singleton.next()

    /// - Parameters:
    ///   - seed: Decides which datagrams are lost, and how long each takes.
    ///   - conditions: Those of every way, until it is given its own.
    public init(seed: UInt64 = 0, _ conditions: Conditions = Conditions()) {
        state = Mutex(InMemoryWays(seed: seed, conditions: conditions))
    }

    /// A place in this network.
    ///
    /// - Parameter endpoint: Nil: an address of its own in 10.0.0.0/8, with port 7946.
    public func transport(at endpoint: Endpoint? = nil) -> InMemoryTransport {
        InMemoryTransport(at: endpoint ?? state.withLock { $0.nextEndpoint() }, in: self)
    }

    /// What became of all datagrams so far.
    public var tally: Tally { state.withLock(\.tally) }

    // MARK: Faults

    /// Sets what every way does, those included that had conditions of their own.
    public func setConditions(_ conditions: Conditions) {
        state.withLock { $0.setConditions(conditions) }
    }

    /// Sets what one way does in one direction.
    public func setConditions(_ conditions: Conditions, from sender: Endpoint, to receiver: Endpoint) {
        state.withLock { $0.setConditions(conditions, of: InMemoryWay(from: sender, to: receiver)) }
    }

    /// Cuts these nodes off from all others, those included that come later. Streams between the two sides break;
    /// those that are opened wait for their deadline.
    public func partition(_ side: some Sequence<Endpoint>) {
        breaking { $0.partitions.append(Set(side)) }
    }

    /// Cuts one way in one direction. That breaks streams in both.
    public func cut(from sender: Endpoint, to receiver: Endpoint) {
        breaking { $0.cuts.insert(InMemoryWay(from: sender, to: receiver)) }
    }

    /// Mends one direction that was cut; partitions stay.
    public func heal(from sender: Endpoint, to receiver: Endpoint) {
        state.withLock { _ = $0.cuts.remove(InMemoryWay(from: sender, to: receiver)) }
    }

    /// Mends all partitions and cuts. Conditions stay.
    public func heal() {
        state.withLock { ($0.partitions, $0.cuts) = ([], []) }
    }

    private func breaking(_ change: (inout InMemoryWays) -> Void) {
        let broken = state.withLock { state in
            change(&state)
            return state.takeCutStreams()
        }
        for stream in broken { stream.breakOff() }
    }

    // MARK: For its transports

    func add(_ receiver: any TransportReceiver, at endpoint: Endpoint, of transport: InMemoryTransport) throws
    {
        let isFree = state.withLock { $0.add(receiver, at: endpoint, of: ObjectIdentifier(transport)) }
        guard isFree else { throw MemberlistError.bindFailed("\(endpoint): a node is there already") }
    }

    func remove(_ transport: InMemoryTransport) {
        let streams = state.withLock { $0.remove(ObjectIdentifier(transport), at: transport.endpoint) }
        for stream in streams { stream.close() }
    }

    func send(_ datagram: [UInt8], from sender: Endpoint, to receiver: Endpoint) {
        let way = InMemoryWay(from: sender, to: receiver)
        guard let delay = state.withLock({ $0.launch(over: way) }) else { return }
        after(delay) { [self] in
            // The lock is free again when the node gets it.
            state.withLock { $0.land(over: way) }?.receive(datagram, from: sender)
        }
    }

    func connect(from local: Endpoint, to remote: Endpoint, until deadline: ContinuousClock.Instant)
        async throws
        -> any MemberlistStream
    {
        let (there, back) = (InMemoryWay(from: local, to: remote), InMemoryWay(from: remote, to: local))
        let roundTrip = state.withLock { state in
            state.isCut(there) || state.isCut(back) ? nil : state.delay(of: there) + state.delay(of: back)
        }
        let end = roundTrip.map { ContinuousClock.now + $0 } ?? deadline
        if end > .now { try await Task.sleep(until: min(end, deadline), clock: .continuous) }
        guard roundTrip != nil, end <= deadline else { throw MemberlistError.timedOut }
        let (near, far) = InMemoryStream.pair(from: local, to: remote, over: self)
        let receiver = state.withLock { state in
            state.isCut(there) || state.isCut(back) ? nil : state.join(near, far)
        }
        guard let receiver else { throw MemberlistError.unreachable }
        receiver.accept(far, from: local)
        return near
    }

    func delay(from sender: Endpoint, to receiver: Endpoint) -> Duration {
        state.withLock { $0.delay(of: InMemoryWay(from: sender, to: receiver)) }
    }

    func forget(_ stream: InMemoryStream) {
        state.withLock { _ = $0.streams.removeValue(forKey: ObjectIdentifier(stream)) }
    }

    /// At once where there is no delay.
    func after(_ delay: Duration, _ work: @escaping @Sendable () -> Void) {
        guard delay > .zero else { return work() }
        loop.scheduleTask(in: .nanoseconds(delay.wholeNanoseconds), work)
    }
}
