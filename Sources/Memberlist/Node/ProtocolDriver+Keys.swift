internal import MemberlistCore
internal import MemberlistWire
internal import Metrics

/// What is told of keys: who uses which, which are missing here, and how far the primary is used up.
extension ProtocolDriver {
    /// What was refused came from where its sender listens: a datagram, or an answer on a stream.
    func report(_ error: WireError, from sender: Endpoint) {
        guard let fault = RefusalReport.Fault(error) else { return }
        refusals.tell(fault, from: sender, ring: shared.layers.keyring, in: shared.log) {
            knows(sender)
        } sender: {
            RefusalReport.Sender(
                endpoint: sender,
                member: snapshot.members.first { $0.endpoint == sender }?.name
            )
        }
    }

    /// What was refused came on a stream that a peer opened: all that is known of the peer is its address, and its
    /// name where one member alone has that address.
    func report(_ fault: RefusalReport.Fault, ofStreamFrom address: IPAddress) {
        let (isMember, member) = snapshot.members(at: address)
        let sender = member?.endpoint ?? Endpoint(address: address, port: 0)
        refusals.tell(fault, from: sender, ring: shared.layers.keyring, in: shared.log) {
            isMember
        } sender: {
            RefusalReport.Sender(endpoint: sender, member: member?.name)
        }
    }

    /// Publishes how much each key is used, and how far the primary key is used up.
    func checkKeys() {
        guard let keyring = shared.layers.keyring else { return }
        shared.keyPeers.keep(keyring.keyIDs)
        shared.metrics.record(keyring.usage, peers: shared.keyPeers, at: .now)
        guard let sealing = shared.layers.sealing else { return }
        let (seals, warns) = keyWear.check(sealing, members: snapshot.count)
        shared.metrics.keySeals.record(Double(seals))
        guard warns else { return }
        shared.metrics.keysWorn.increment()
        shared.log.warning(
            .keys,
            "the primary key has sealed about half of what it bears; rotate it",
            ["key": sealing.keyIDs.first.map { "\($0)" } ?? "?", "seals": "\(seals)"]
        )
        shared.events.send(.keyWorn(seals: seals))
    }
}
