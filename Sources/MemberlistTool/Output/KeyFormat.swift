import Memberlist

/// What a key is used for, for people: a line for the key, and one for each peer that used it.
enum KeyText {
    static func lines(_ usage: ClusterKeyUsage) -> String {
        let counts = usage.counts
        let key =
            "\n    key \(usage.id)\(counts.isPrimary ? " primary" : ""): \(counts.sealed) sealed, "
            + "\(counts.opened) opened, last \(usage.idle.map(ago) ?? "never"), "
            + "about \(usage.clusterSeals) of 2^32 sealed by the cluster"
        return key + usage.peers.map { "\n        \(line($0))" }.joined()
    }

    private static func line(_ peer: ClusterKeyUsage.Peer) -> String {
        let name = peer.name.map { EventText.text($0) + " " } ?? ""
        return "\(name)\(peer.endpoint) \(ago(peer.idle))\(peer.isLatest ? ", seals with it" : "")"
    }

    private static func ago(_ idle: Duration) -> String { "\(idle.wholeTenths) s ago" }
}

/// The same for programs.
struct KeyJSON: Encodable {
    let usage: ClusterKeyUsage

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: EventJSON.Key.self)
        try container.encode(usage.id.description, forKey: .key)
        try container.encode(usage.counts.isPrimary, forKey: .primary)
        try container.encode(usage.counts.sealed, forKey: .sealed)
        try container.encode(usage.counts.opened, forKey: .opened)
        try container.encode(usage.clusterSeals, forKey: .clusterSeals)
        try container.encodeIfPresent(usage.idle?.wholeTenths, forKey: .idleSeconds)
        try container.encode(usage.peers.map(KeyPeerJSON.init), forKey: .peers)
    }
}

private struct KeyPeerJSON: Encodable {
    let peer: ClusterKeyUsage.Peer

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: EventJSON.Key.self)
        try container.encodeIfPresent(peer.name?.description, forKey: .name)
        try container.encode(peer.endpoint.description, forKey: .address)
        try container.encode(peer.idle.wholeTenths, forKey: .idleSeconds)
        try container.encode(peer.isLatest, forKey: .latest)
    }
}

extension Duration {
    /// Seconds, to a tenth.
    var wholeTenths: Double { (self / .milliseconds(100)).rounded() / 10 }
}
