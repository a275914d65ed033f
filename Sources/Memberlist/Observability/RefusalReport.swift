internal import MemberlistCore
internal import MemberlistWire

/// Tells of what a person can mend, once for each key and sender, however often it comes: a key that is not on this
/// ring, what no key of it opens, and a dialect that this node is set not to speak. After each change of the ring it
/// tells anew, for then somebody wants to know whether that helped.
///
/// Anybody can claim any of it, from any address, and so it is bounded; strangers do not take the members' room.
struct RefusalReport {
    /// What of all that is refused is told.
    enum Fault {
        /// A native frame: it names its key.
        case missingKey(KeyID)
        /// A frame of HashiCorp's, which names none; or another label, or bytes changed on the way.
        case noKeyOpens
        case dialect

        init?(_ error: WireError) {
            switch error {
            case .unknownKey(let key): self = .missingKey(key)
            case .authenticationFailed: self = .noKeyOpens
            case .dialectRefused: self = .dialect
            default: return nil
            }
        }
    }

    /// Who sent it, as far as can be known. Port 0: a stream's, whose port says nothing.
    struct Sender {
        var endpoint: Endpoint
        var member: NodeName?

        func metadata(_ more: [String: String?]) -> [String: String] {
            var all = more.compactMapValues(\.self)
            all["from"] = endpoint.port == 0 ? "\(endpoint.address)" : "\(endpoint)"
            all["member"] = member?.description
            return all
        }
    }

    private struct Claim: Hashable {
        var key: KeyID?
        var sender: Endpoint
    }

    private var told: Set<Claim> = []
    private var strangers = 0
    private var toldOfDialect = false
    private var revision: UInt64 = 0

    /// - Parameters:
    ///   - isMember: Asked only where nothing was told of that key and endpoint; a flood must stay cheap.
    ///   - sender: Asked only where it is told.
    mutating func tell(
        _ fault: Fault,
        from endpoint: Endpoint,
        ring: Keyring?,
        in log: NodeLog,
        isMember: () -> Bool,
        sender: () -> Sender
    ) {
        let key: KeyID?
        switch fault {
        case .missingKey(let missing): key = missing
        case .noKeyOpens: key = nil
        case .dialect: return tellOfDialect(sender, in: log)
        }
        startAnewIfChanged(ring)
        let claim = Claim(key: key, sender: endpoint)
        guard !told.contains(claim) else { return }
        let isMember = isMember()
        guard (isMember ? told.count - strangers : strangers) < Limits.reportedClaims else { return }
        guard write(key, sender, ring, in: log) else { return }
        told.insert(claim)
        if !isMember { strangers += 1 }
    }

    private mutating func startAnewIfChanged(_ ring: Keyring?) {
        guard let now = ring?.revision, now != revision else { return }
        revision = now
        told.removeAll(keepingCapacity: true)
        strangers = 0
    }

    private func write(_ key: KeyID?, _ sender: () -> Sender, _ ring: Keyring?, in log: NodeLog) -> Bool {
        guard let key else {
            return log.warning(
                .refusedKey,
                "no key of this ring opens what a peer sends; compare its keys and its label with this node's",
                sender().metadata(["keys": ring?.keyIDs.map(\.description).joined(separator: " ")])
            )
        }
        return log.warning(
            .refusedKey,
            "a peer seals with a key that is not on this ring; add the key here, or let the peer use another",
            sender().metadata(["key": key.description])
        )
    }

    private mutating func tellOfDialect(_ sender: () -> Sender, in log: NodeLog) {
        guard !toldOfDialect else { return }
        toldOfDialect = log.warning(
            .refusedKey,
            "a peer speaks HashiCorp's dialect, and this node is set to native alone; set wire to automatic",
            sender().metadata([:])
        )
    }
}
