import Memberlist

/// Who still sends what a member takes only while its cluster moves, for people.
enum RolloutText {
    static func lines(_ traffic: PermissiveTraffic) -> String {
        guard traffic.isPermissive else { return ", not permissive" }
        guard !traffic.isQuiet else {
            return ", nobody needs it in \(traffic.window.components.seconds) s: turn it off"
        }
        let others = traffic.others > 0 ? "\n    \(traffic.others) from others" : ""
        return traffic.peers.map { "\n    \(line($0))" }.joined() + others
    }

    private static func line(_ peer: PermissiveTraffic.Peer) -> String {
        let name = peer.name.map { EventText.text($0) + " " } ?? ""
        let what = peer.kind == .plaintext ? "plaintext" : "another label"
        return "\(name)\(peer.endpoint): \(what), \(peer.count) times, last \(peer.idle.wholeTenths) s ago"
    }
}

extension KeyedEncodingContainer<EventJSON.Key> {
    /// The same for programs.
    mutating func encode(_ traffic: PermissiveTraffic) throws {
        try encode(traffic.isPermissive, forKey: .permissive)
        try encode(traffic.isQuiet, forKey: .quiet)
        try encode(traffic.peers.map(PermissivePeerJSON.init), forKey: .peers)
        try encode(traffic.others, forKey: .others)
        try encode(traffic.window.wholeTenths, forKey: .windowSeconds)
    }
}

private struct PermissivePeerJSON: Encodable {
    let peer: PermissiveTraffic.Peer

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: EventJSON.Key.self)
        try container.encodeIfPresent(peer.name?.description, forKey: .name)
        try container.encode(peer.endpoint.description, forKey: .address)
        try container.encode(peer.kind == .plaintext ? "plaintext" : "label", forKey: .kind)
        try container.encode(peer.count, forKey: .count)
        try container.encode(peer.idle.wholeTenths, forKey: .idleSeconds)
    }
}
