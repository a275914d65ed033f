internal import MemberlistCore
internal import MemberlistWire
internal import Metrics
internal import NIOCore

/// The shell around the core, on one event loop: inputs go in, directives come out and are executed here and
/// nowhere else. It decides nothing.
final class ProtocolDriver {
    let shared: NodeShared
    let handle: DriverHandle
    let hooks: HookRunner
    let dialer: StreamDialer
    let snapshot: NodeSnapshot

    private var core: GossipProtocol
    private let sender: any DatagramSender
    private var sealer: DatagramSealer
    private var sealed: [UInt8] = []
    private var timer: Scheduled<Void>?
    private var armed: Instant?
    private var isFlushPlanned = false

    /// What waits for the core's word, or for the world's.
    var joins: [ExchangeID: PendingJoin] = [:]
    var dials: [ExchangeID: OutboundStream] = [:]
    var pings: [RequestID: EventLoopPromise<Duration>] = [:]
    var leaves: [EventLoopPromise<LeaveOutcome>] = []
    var replies: [StreamID: StreamReply] = [:]
    var decisions: [Question: PendingDecision] = [:]
    /// The words of the refusal that is being performed.
    var refusalReason: String?
    var toldRefusals = ToldRefusals()
    /// What is asked of the application again and again.
    var repeated: [RepeatedTask] = []
    var isAskingForBroadcasts = false
    var isAskingForPingPayload = false
    /// State exchanges that this node opened, and their spans.
    var exchanges: [ExchangeID: OpenExchange] = [:]
    var stateQuestions: [UInt64: StateQuestion] = [:]
    /// Broadcasts whose end somebody waits for, and what the delegate is told of then.
    var broadcasts: [RequestID: QueuedBroadcast] = [:]
    private var queued = QueuedBroadcasts()
    var refusedBroadcast: (RequestID, MemberlistError)?
    var keyWear = KeyWear()
    var refusals = RefusalReport()
    var fullTable = FullTableReport()
    /// Held until the end: a node runs until it is shut down, whether or not somebody still holds it.
    var owner: RunningNode?
    private var lastNumber: UInt64 = 0

    init(
        core: GossipProtocol,
        shared: NodeShared,
        handle: DriverHandle,
        hooks: HookRunner,
        dialer: StreamDialer,
        snapshot: NodeSnapshot,
        sender: any DatagramSender
    ) {
        self.core = core
        self.shared = shared
        self.handle = handle
        self.hooks = hooks
        self.dialer = dialer
        self.snapshot = snapshot
        self.sender = sender
        sealer = shared.layers.datagramSealer(.ofThisLoop)
    }

    /// A number that no other request, exchange or stream of this node has.
    func nextNumber() -> UInt64 {
        lastNumber += 1
        return lastNumber
    }

    /// What the layers must know of a member.
    func receiver(_ name: NodeName) -> Receiver { core.receiver(named: name) }

    /// The same of whoever is known to be there.
    func receiver(at endpoint: Endpoint) -> Receiver { core.receiver(at: endpoint) }

    /// Whether a member tells the others that address.
    func knows(_ endpoint: Endpoint) -> Bool { core.knows(endpoint) }

    /// Whether a member that lives, or this node, says that it is there.
    func isPresent(at endpoint: Endpoint) -> Bool { core.isPresent(at: endpoint) }

    /// Whether no other member lives.
    var isAlone: Bool { core.isAlone }

    /// How many members were told that this node leaves, and how many of them answered.
    var farewellCounts: (told: Int, heard: Int) { core.farewellCounts }

    /// One input that is a batch of its own.
    func perform(_ input: Input) {
        core.handle(input, at: .now)
        settle()
    }

    /// A message of the application's: what many tasks send at once leaves the socket together.
    func performWithOthers(_ input: Input) {
        core.handle(input, at: .now)
        execute()
        guard !isFlushPlanned else { return }
        isFlushPlanned = true
        handle.loop.execute { [handle] in
            handle.driver?.isFlushPlanned = false
            handle.driver?.flush()
        }
    }

    /// One message of a batch; ``settle()`` ends the batch.
    func receive(_ message: Message, from sender: Endpoint) {
        core.handle(.messageReceived(message, from: sender), at: .now)
    }

    /// Whether the message tells what this node knows; then it need not be received.
    func isOldNews(_ message: ArraySlice<UInt8>) -> Bool { core.isOldNews(message) }

    /// Executes what the core wants done, and sets the timer for what it wants next.
    func settle() {
        execute()
        flush()
    }

    private func execute() {
        while let directive = core.nextDirective() { execute(directive) }
        let depths = core.broadcastDepths
        let queued = QueuedBroadcasts(membership: depths.membership, application: depths.user)
        if queued != self.queued {
            self.queued = queued
            snapshot.setQueued(queued)
        }
        arm()
    }

    private func flush() {
        let unsent = sender.flush()
        guard unsent > 0 else { return }
        shared.metrics.udpUnsent[.socket].increment(by: unsent)
        shared.log.debug(.datagramPort, "datagrams not sent", ["count": "\(unsent)"])
    }

    func send(_ datagram: consuming Datagram) {
        let payload = datagram.payload
        do {
            try sealer.seal(payload, for: datagram.receiver, into: &sealed)
            if sender.send(sealed, to: datagram.destination, named: datagram.receiver.name) {
                shared.metrics.udpSent.increment(by: sealed.count)
            } else {
                shared.metrics.udpUnsent[.socket].increment()
                shared.log.debug(.datagramPort, "datagram not sent", ["to": "\(datagram.destination)"])
            }
        } catch {
            shared.metrics.udpUnsent[.seal].increment()
            shared.log.warning(.datagramPort, "datagram not sealed", ["error": "\(error)"])
        }
        core.recycle(payload)
    }

    /// Starts the clock.
    func start() {
        shared.metrics.record(snapshot)
        settle()
        startAsking()
        reportPermissive()
    }

    /// Broadcasts that wait: about membership, and the application's.
    var waitingBroadcasts: (membership: Int, user: Int) { core.queuedBroadcasts }

    /// Ends everything that waits. Nothing is executed after this.
    func stop() {
        timer?.cancel()
        timer = nil
        for join in joins.values { join.promise.fail(JoinError.cancelled) }
        for ping in pings.values { ping.fail(MemberlistError.shutDown) }
        for leave in leaves { leave.fail(MemberlistError.shutDown) }
        for broadcast in broadcasts.values { broadcast.end.succeed(.cancelled) }
        for stream in dials.values { stream.cancel() }
        for decision in decisions.values { decision.deadline.cancel() }
        for asking in repeated { asking.cancel() }
        for exchange in exchanges.values { exchange.span.end("shut down", failed: true) }
        for question in stateQuestions.values { question.deadline.cancel() }
        joins = [:]
        broadcasts = [:]
        pings = [:]
        leaves = []
        dials = [:]
        decisions = [:]
        repeated = []
        exchanges = [:]
        stateQuestions = [:]
        owner = nil
        flush()
        sender.close()
    }

    /// A timer that fires early only finds nothing due; so it is set anew only for what comes sooner, or so much later
    /// that it spares a node at rest a wake.
    private func arm() {
        guard let next = core.nextDeadline else { return }
        if let armed, armed <= next, next.nanoseconds(since: armed) < Self.worthAWake { return }
        timer?.cancel()
        armed = next
        timer = handle.loop.scheduleTask(deadline: next.deadline) { [handle] in handle.driver?.wake() }
    }

    private static let worthAWake: Int64 = 20_000_000

    private func wake() {
        armed = nil
        let start = Instant.now
        let rounds = core.gossipRounds
        core.advance(to: start)
        settle()
        guard core.gossipRounds != rounds else { return }
        shared.metrics.gossip.recordNanoseconds(Instant.now.nanoseconds(since: start))
    }
}
