internal import Memberlist
internal import MemberlistCore
internal import MemberlistWire

/// A machine: it stays while processes come and go on it.
final class Host {
    let index: Int
    let name: NodeName
    var endpoint: Endpoint
    /// How others find it.
    var seed: Seed { Seed(endpoint, name: name) }
    /// What a process is started with.
    var configuration: MemberlistConfiguration {
        didSet { label = Self.label(of: configuration) }
    }
    /// The label, read once.
    private(set) var label: Label
    /// The keys as they stand in the node's file; empty for plaintext.
    var keys: [SecretKey]
    var clock: NodeClock
    var process: NodeProcess?
    var delegate: (any MemberlistDelegate)?
    /// What the delegate asks for, where it was given one.
    var handle: NodeHandle?
    /// Processes so far.
    var launches = 0
    var traffic = Traffic()
    /// Since when nothing was done to the node that could make others think it failed.
    var wellSince = Instant(nanoseconds: 0)
    /// When its last process crashed; nil while one runs, or where it left.
    var crashedAt: Instant?
    /// Whether the last process left on its own word.
    var hasLeft = false
    /// Whether some process here ever left: those who heard it look here for nobody unless they are alone.
    var hasEverLeft = false
    /// Whether the process ends once its leave was heard, or its time for that is over.
    var endsAfterLeaving = false

    init(
        index: Int,
        endpoint: Endpoint,
        configuration: MemberlistConfiguration,
        keys: [SecretKey],
        clock: NodeClock
    ) {
        self.index = index
        name = configuration.name
        label = Self.label(of: configuration)
        self.endpoint = endpoint
        self.configuration = configuration
        self.keys = keys
        self.clock = clock
    }

    private static func label(of configuration: MemberlistConfiguration) -> Label {
        (try? Label(configuration.label)) ?? .none
    }
}

/// What a node sent and received.
public struct Traffic: Sendable, Hashable, Codable {
    /// Datagrams sent.
    public var datagramsSent = 0
    /// Their bytes, all layers included.
    public var datagramBytesSent = 0
    /// Datagrams that arrived.
    public var datagramsReceived = 0
    /// Those that did not pass a layer.
    public var datagramsRefused = 0
    /// Streams that the node opened.
    public var streamsOpened = 0
    /// Bytes of streams that the node sent, as dialler and as the one who answers.
    public var streamBytesSent = 0

    /// Nothing.
    public init() {}

    /// The sum of both.
    public static func + (lhs: Traffic, rhs: Traffic) -> Traffic {
        var sum = lhs
        sum.datagramsSent += rhs.datagramsSent
        sum.datagramBytesSent += rhs.datagramBytesSent
        sum.datagramsReceived += rhs.datagramsReceived
        sum.datagramsRefused += rhs.datagramsRefused
        sum.streamsOpened += rhs.streamsOpened
        sum.streamBytesSent += rhs.streamBytesSent
        return sum
    }

    /// What came since an earlier state of the same count.
    public static func - (lhs: Traffic, rhs: Traffic) -> Traffic {
        var difference = lhs
        difference.datagramsSent -= rhs.datagramsSent
        difference.datagramBytesSent -= rhs.datagramBytesSent
        difference.datagramsReceived -= rhs.datagramsReceived
        difference.datagramsRefused -= rhs.datagramsRefused
        difference.streamsOpened -= rhs.streamsOpened
        difference.streamBytesSent -= rhs.streamBytesSent
        return difference
    }
}
