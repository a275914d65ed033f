internal import MemberlistCore
internal import MemberlistWire
internal import Metrics
internal import NIOCore

/// What every part of a node may use, from any thread.
final class NodeShared: Sendable {
    let configuration: MemberlistConfiguration
    let layers: LayerSettings
    let log: NodeLog
    let metrics: NodeMetrics
    let tracing = NodeTracing()
    let events: EventHub
    let keyPeers = KeyPeers()
    let permissive: PermissivePeers
    let resolver: Resolver

    init(
        configuration: MemberlistConfiguration,
        layers: LayerSettings,
        log: NodeLog,
        metrics: NodeMetrics = NodeMetrics()
    ) {
        self.configuration = configuration
        self.layers = layers
        self.log = log
        self.metrics = metrics
        events = EventHub(capacity: configuration.eventBuffer) { metrics.eventsDropped.increment() }
        permissive = PermissivePeers(isPermissive: layers.isPermissive)
        resolver = Resolver(configuration.dns)
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
    /// Whether anything may come from there, or go there to join.
    func allows(_ address: IPAddress) -> Bool {
        configuration.allows(address)
    }

    /// Bytes that one user message in a datagram may have.
    var messageLimit: Int { layers.messageLimit(datagramSize: configuration.gossip.datagramSize) }

    /// Bytes that this node's answers to pings may carry: as many as the core takes.
    var pingPayloadLimit: Int { max(0, messageLimit + 1 - Limits.ackOverhead) }
}
