internal import MemberlistCore
internal import MemberlistWire
internal import NIOCore

/// What every part of a node may use, from any thread.
final class NodeShared: Sendable {
    let configuration: MemberlistConfiguration
    let layers: LayerSettings
    let log: NodeLog
    let metrics = NodeMetrics()
    let events: EventHub
    let keyPeers = KeyPeers()
    let resolver: Resolver

    init(configuration: MemberlistConfiguration, layers: LayerSettings, log: NodeLog) {
        self.configuration = configuration
        self.layers = layers
        self.log = log
        resolver = Resolver(configuration.dns)
        events = EventHub(capacity: configuration.eventBuffer)
    }
}

extension Instant {
    /// NIO's clock: monotonic, from the start of the machine.
    static var now: Instant { Instant(NIODeadline.now()) }

    init(_ deadline: NIODeadline) {
        self.init(nanoseconds: Int64(clamping: deadline.uptimeNanoseconds))
    }

    var deadline: NIODeadline { .uptimeNanoseconds(UInt64(clamping: nanoseconds)) }
}

extension NIODeadline {
    static func after(_ duration: Duration) -> NIODeadline {
        .now() + .nanoseconds(duration.wholeNanoseconds)
    }
}

extension NodeShared {
    /// Bytes that one user message in a datagram may have.
    var messageLimit: Int { layers.messageLimit(datagramSize: configuration.gossip.datagramSize) }
}
