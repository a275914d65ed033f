internal import MemberlistCore
internal import MemberlistWire

/// Tells of what a person can mend, once for each key and sender, however many datagrams come: a key that is not
/// on this ring, and a dialect that this node is set not to speak. Anybody can claim either, so it is bounded.
struct RefusalReport {
    private struct Claim: Hashable {
        var key: KeyID
        var sender: Endpoint
    }

    private static let claims = 256

    private var told: Set<Claim> = []
    private var toldOfDialect = false

    mutating func tell(_ error: any Error, from sender: Endpoint?, in log: NodeLog) {
        switch error as? WireError {
        case .unknownKey(let key):
            guard let sender, told.count < Self.claims else { return }
            guard told.insert(Claim(key: key, sender: sender)).inserted else { return }
            log.warning(
                .keys,
                "a peer seals with a key that is not on this ring; add the key here, or let the peer use another",
                ["key": "\(key)", "from": "\(sender)"]
            )
        case .dialectRefused:
            guard !toldOfDialect else { return }
            toldOfDialect = true
            log.warning(
                .keys,
                "a peer speaks HashiCorp's dialect, and this node is set to native alone; set wire to automatic",
                ["from": sender.map { "\($0)" } ?? "?"]
            )
        default: break
        }
    }
}
