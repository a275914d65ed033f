internal import DequeModule
internal import Memberlist
internal import MemberlistCore
internal import MemberlistWire

/// A running node: the production core between the production pipelines. What the runtime does with sockets and
/// an event loop, the world does in virtual time.
final class NodeProcess {
    enum Activity {
        case running
        /// Nothing is read and no timer fires.
        case paused
        /// Nothing is read and nothing goes out, while timers fire.
        case blocked
    }

    let launch: Int
    let configuration: MemberlistConfiguration
    let layers: LayerSettings
    let streamSealer: StreamSealer
    var core: GossipProtocol
    var sealer: DatagramSealer
    var opener: DatagramOpener
    var streamReplays = ReplayGuard()
    var activity = Activity.running

    /// The timer that is planned; others are stale.
    var timerToken: UInt32 = 0
    var armed: Instant?
    /// Whether the timer came while the process stood still.
    var missedTimer = false

    /// What the system holds for a process that does not read.
    var inbox = Deque<(bytes: [UInt8], source: Endpoint)>()
    var inboxBytes = 0
    /// What a blocked process would have sent.
    var outbox: [(bytes: [UInt8], destination: Endpoint)] = []
    /// Steps of streams that wait for it to go on.
    var heldSteps: [(StreamStep, StreamPlace)] = []

    /// What is heard after the alives and probes of the same batch, as the runtime does it.
    var later: [(Message, Endpoint)] = []
    var sealed: [UInt8] = []
    var exchangesAnswered = 0
    /// States of peers that were not merged.
    var refusedMerges = 0
    /// Broadcasts whose end the delegate is to be told of.
    var broadcasts: [RequestID: [UInt8]] = [:]
    /// Where those lived who left, until something else is known of them.
    var leftFrom: [NodeName: Endpoint] = [:]
    private var lastNumber: UInt64 = 0

    init(
        launch: Int,
        configuration: MemberlistConfiguration,
        layers: LayerSettings,
        core: GossipProtocol
    ) {
        self.launch = launch
        self.configuration = configuration
        self.layers = layers
        self.core = core
        streamSealer = layers.streamSealer
        let codecs = DatagramCodecs()
        sealer = layers.datagramSealer(codecs)
        opener = layers.datagramOpener(codecs)
    }

    /// Reads of the core where it stands: a plain read copies it whole, and there are many.
    func look<Seen>(_ seen: (inout GossipProtocol) -> Seen) -> Seen { seen(&core) }

    /// A number that no other request, exchange or stream of this process has.
    func nextNumber() -> UInt64 {
        lastNumber += 1
        return lastNumber
    }
}
