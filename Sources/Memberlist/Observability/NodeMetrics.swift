internal import MemberlistCore
internal import MemberlistWire
internal import Metrics

/// What the node counts, under HashiCorp's names where it has one. Bytes where the name says sent or received.
struct NodeMetrics: Sendable {
    let udpSent = Counter(label: "memberlist.udp.sent")
    let udpReceived = Counter(label: "memberlist.udp.received")
    let udpRefused = Counter(label: "memberlist.udp.refused")
    let udpUnsent = Counter(label: "memberlist.udp.unsent")
    let udpDropped = Counter(label: "memberlist.udp.dropped")
    let tcpAccepted = Counter(label: "memberlist.tcp.accept")
    let tcpConnected = Counter(label: "memberlist.tcp.connect")
    let tcpSent = Counter(label: "memberlist.tcp.sent")
    let tcpRefused = Counter(label: "memberlist.tcp.refused")
    let alives = Counter(label: "memberlist.msg.alive")
    let suspects = Counter(label: "memberlist.msg.suspect")
    let deads = Counter(label: "memberlist.msg.dead")
    /// Broadcasts that a full queue lost, of members' news and of the application's.
    let membershipDropped = Counter(label: "memberlist.queue.dropped", dimensions: [("queue", "membership")])
    let broadcastsDropped = Counter(label: "memberlist.queue.dropped", dimensions: [("queue", "application")])
    let health = Gauge(label: "memberlist.health.score")
    let members = Gauge(label: "memberlist.members")
    /// Members that a full table did not let in, and attempts to find again who was lost.
    let membersRefused = Counter(label: "memberlist.members.refused")
    let rejoins = Counter(label: "memberlist.rejoin.attempts")
    /// What the cluster has sealed with the primary key, estimated, and how many keys were found worn.
    let keySeals = Gauge(label: "memberlist.key.seals")
    let keysWorn = Counter(label: "memberlist.key.worn")
    /// Of the task that started the node; on the event loop there is none to ask.
    private let factory = MetricsSystem.factory

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
        Gauge(label: "memberlist.key.\(name)", dimensions: [("key", "\(key)")], factory: factory)
    }
}
