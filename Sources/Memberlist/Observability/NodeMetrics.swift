internal import MemberlistCore
internal import MemberlistWire
internal import Metrics

/// What the node counts, under HashiCorp's names where it has one, each with the labels of the configuration. Bytes
/// where the name says sent or received.
struct NodeMetrics: Sendable {
    let udpSent: Counter
    let udpReceived: Counter
    let udpRefused: Counter
    let udpUnsent: Counter
    let udpDropped: Counter
    let tcpAccepted: Counter
    let tcpConnected: Counter
    let tcpSent: Counter
    let tcpRefused: Counter
    let alives: Counter
    let suspects: Counter
    let deads: Counter
    /// Broadcasts that a full queue lost, of members' news and of the application's.
    let membershipDropped: Counter
    let broadcastsDropped: Counter
    let health: Gauge
    let members: Gauge
    /// Members that a full table did not let in, and attempts to find again who was lost.
    let membersRefused: Counter
    let rejoins: Counter
    /// Broadcasts that wait, recorded every ``MemberlistConfiguration/Metrics/queueCheckInterval``.
    let queue: Recorder
    /// What came from outside the networks that are allowed, or speaks of a member there.
    let addressesRefused: Counter
    /// What the cluster has sealed with the primary key, estimated, and how many keys were found worn.
    let keySeals: Gauge
    let keysWorn: Counter
    /// Of the task that started the node; on the event loop there is none to ask.
    private let factory = MetricsSystem.factory
    private let labels: [(String, String)]

    /// - Parameter labels: Put on every metric, in the order of their names.
    init(labels: [String: String]) {
        let labels = labels.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        let counter = { (name: String) in Counter(label: "memberlist.\(name)", dimensions: labels) }
        let gauge = { (name: String) in Gauge(label: "memberlist.\(name)", dimensions: labels) }
        self.labels = labels
        udpSent = counter("udp.sent")
        udpReceived = counter("udp.received")
        udpRefused = counter("udp.refused")
        udpUnsent = counter("udp.unsent")
        udpDropped = counter("udp.dropped")
        tcpAccepted = counter("tcp.accept")
        tcpConnected = counter("tcp.connect")
        tcpSent = counter("tcp.sent")
        tcpRefused = counter("tcp.refused")
        alives = counter("msg.alive")
        suspects = counter("msg.suspect")
        deads = counter("msg.dead")
        let dropped = { (queue: String) in
            Counter(label: "memberlist.queue.dropped", dimensions: labels + [("queue", queue)])
        }
        membershipDropped = dropped("membership")
        broadcastsDropped = dropped("application")
        health = gauge("health.score")
        members = gauge("members")
        membersRefused = counter("members.refused")
        rejoins = counter("rejoin.attempts")
        queue = Recorder(label: "memberlist.queue.broadcasts", dimensions: labels)
        addressesRefused = counter("address.refused")
        keySeals = gauge("key.seals")
        keysWorn = counter("key.worn")
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

    private func gauge(_ name: String, _ key: KeyID) -> Gauge {
        Gauge(label: "memberlist.key.\(name)", dimensions: labels + [("key", "\(key)")], factory: factory)
    }
}
