internal import MemberlistWire
internal import Metrics

/// What the node counts, under HashiCorp's names where it has one. Bytes where the name says sent or received.
struct NodeMetrics: Sendable {
    let udpSent = Counter(label: "memberlist.udp.sent")
    let udpReceived = Counter(label: "memberlist.udp.received")
    let udpRefused = Counter(label: "memberlist.udp.refused")
    let udpUnsent = Counter(label: "memberlist.udp.unsent")
    let tcpAccepted = Counter(label: "memberlist.tcp.accept")
    let tcpConnected = Counter(label: "memberlist.tcp.connect")
    let tcpSent = Counter(label: "memberlist.tcp.sent")
    let tcpRefused = Counter(label: "memberlist.tcp.refused")
    let alives = Counter(label: "memberlist.msg.alive")
    let suspects = Counter(label: "memberlist.msg.suspect")
    let deads = Counter(label: "memberlist.msg.dead")
    let health = Gauge(label: "memberlist.health.score")
    let members = Gauge(label: "memberlist.members")
    let keySeals = Gauge(label: "memberlist.key.seals")

    /// Frames that each key sealed and opened, under its identifier; a key that opens none any more can be removed.
    func record(_ usage: [KeyUsage]) {
        for key in usage {
            let dimensions = [("key", "\(key.id)")]
            Gauge(label: "memberlist.key.sealed", dimensions: dimensions).record(Double(key.sealed))
            Gauge(label: "memberlist.key.opened", dimensions: dimensions).record(Double(key.opened))
        }
    }
}
