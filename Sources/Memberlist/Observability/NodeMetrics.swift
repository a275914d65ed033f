internal import MemberlistCore
internal import MemberlistWire
internal import Metrics

/// What the node counts: under HashiCorp's names, with their meanings, where it has one. The article "Metrics" lists
/// all, and a test holds the two together.
final class NodeMetrics: Sendable {
    private let maker: MetricMaker

    // HashiCorp's. Bytes where the name says sent or received.
    let udpSent: Counter
    let udpReceived: Counter
    let tcpAccepted: Counter
    let tcpConnected: Counter
    let tcpSent: Counter
    let alives: Counter
    let suspects: Counter
    let deads: Counter
    let gossip: Metrics.Timer
    let probeNode: Metrics.Timer
    let pushPullNode: Metrics.Timer
    let degradedProbes: Counter
    let degradedTimeouts: Counter
    let queuedBroadcasts: Recorder
    let health: Gauge
    let sizeLocal: Gauge
    let sizeRemote: Recorder
    let instances: MetricFamily<StateLabel, Gauge>

    // Ours: what is dropped, and why.
    let udpRefused: MetricFamily<RefusedReason, Counter>
    let tcpRefused: MetricFamily<RefusedReason, Counter>
    let decryptFailed: Counter
    let udpUnsent: MetricFamily<UnsentReason, Counter>
    let udpDropped: Counter
    let dropped: MetricFamily<DroppedReason, Counter>
    let broadcastsRefused: MetricFamily<BroadcastRefusal, Counter>
    let queueDropped: MetricFamily<QueueClass, Counter>
    /// Members that a full table did not let in.
    let membersRefused: Counter
    let hooksLate: Counter
    let eventsDropped: Counter
    let linesSuppressed: Counter

    // Ours: how the cluster does.
    let heard: MetricFamily<HeardMessage, Counter>
    let members: Gauge
    /// Attempts to find again who was lost.
    let rejoins: Counter
    let queueDepth: MetricFamily<QueueClass, Gauge>
    let probes: MetricFamily<ProbeOutcome, Counter>
    let roundTrips: MetricFamily<RoundTripPath, Metrics.Timer>
    let propagation: Metrics.Timer
    let broadcastTime: Metrics.Timer
    let permissiveFrames: MetricFamily<PermissiveTraffic.Kind, Counter>
    let permissivePeers: MetricFamily<PermissiveTraffic.Kind, Gauge>

    /// What the cluster has sealed with the primary key, estimated, and how many keys were found worn.
    let keySeals: Gauge
    let keysWorn: Counter

    /// - Parameters:
    ///   - labels: On every metric of this node, in the order of their names.
    ///   - factory: Of the task that starts the node.
    init(labels: [String: String] = [:], factory: any MetricsFactory = MetricsSystem.factory) {
        let dimensions = labels.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        let maker = MetricMaker(dimensions: dimensions, factory: factory)
        self.maker = maker
        udpSent = maker.counter("udp.sent")
        udpReceived = maker.counter("udp.received")
        tcpAccepted = maker.counter("tcp.accept")
        tcpConnected = maker.counter("tcp.connect")
        tcpSent = maker.counter("tcp.sent")
        alives = maker.counter("msg.alive")
        suspects = maker.counter("msg.suspect")
        deads = maker.counter("msg.dead")
        gossip = maker.timer("gossip")
        probeNode = maker.timer("probeNode")
        pushPullNode = maker.timer("pushPullNode")
        degradedProbes = maker.counter("degraded.probe")
        degradedTimeouts = maker.counter("degraded.timeout")
        queuedBroadcasts = maker.samples("queue.broadcasts")
        health = maker.gauge("health.score")
        sizeLocal = maker.gauge("size.local")
        sizeRemote = maker.samples("size.remote")
        instances = maker.gauges("node.instances", by: "node_state")

        udpRefused = maker.counters("udp.refused", by: "reason")
        tcpRefused = maker.counters("tcp.refused", by: "reason")
        decryptFailed = maker.counter("decrypt.failed")
        udpUnsent = maker.counters("udp.unsent", by: "reason")
        udpDropped = maker.counter("udp.dropped")
        dropped = maker.counters("msg.dropped", by: "reason")
        broadcastsRefused = maker.counters("broadcast.refused", by: "reason")
        queueDropped = maker.counters("queue.dropped", by: "class")
        membersRefused = maker.counter("members.refused")
        hooksLate = maker.counter("hooks.late")
        eventsDropped = maker.counter("events.dropped")
        linesSuppressed = maker.counter("log.suppressed")

        heard = maker.counters("msg.heard", by: "type")
        members = maker.gauge("members")
        rejoins = maker.counter("rejoin.attempts")
        queueDepth = maker.gauges("queue.depth", by: "class")
        probes = maker.counters("probe.outcome", by: "path")
        roundTrips = maker.timers("probe.rtt", by: "path")
        propagation = maker.timer("propagation")
        broadcastTime = maker.timer("broadcast.time")
        permissiveFrames = maker.counters("permissive.frames", by: "kind")
        permissivePeers = maker.gauges("permissive.peers", by: "kind")
        keySeals = maker.gauge("key.seals")
        keysWorn = maker.counter("key.worn")
    }

    /// For each key, under its identifier: frames sealed and opened, and the seconds since it last opened one. A key
    /// that opens none any more can be removed.
    func record(_ usage: [KeyUsage], peers: KeyPeers, at now: Instant) {
        for key in usage {
            gauge("sealed", key.id).record(Double(key.sealed))
            gauge("opened", key.id).record(Double(key.opened))
            guard let last = peers.lastOpened(key.id) else { continue }
            gauge("idle", key.id).record(Double(now.nanoseconds - last.nanoseconds) / 1e9)
        }
    }

    /// A ring's keys change while the node runs: these few are looked up, once a minute.
    private func gauge(_ name: String, _ key: KeyID) -> Gauge {
        maker.gauge("key.\(name)", ("key", "\(key)"))
    }
}
