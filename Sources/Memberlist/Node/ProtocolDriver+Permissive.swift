internal import MemberlistCore
internal import MemberlistWire
internal import Metrics

/// Traffic that is taken only while a cluster moves: counted for each peer, and told of while it may come.
extension ProtocolDriver {
    /// A datagram, or an answer on a stream that this node opened.
    func notePermissive(_ kind: PermissiveTraffic.Kind, from peer: Endpoint) {
        shared.metrics.permissiveFrames[kind].increment()
        shared.permissive.note(kind, from: peer, at: .now) { knows(peer) }
    }

    /// A stream that a peer opened: its port says nothing.
    func notePermissiveStream(_ kind: PermissiveTraffic.Kind, from address: IPAddress) {
        shared.metrics.permissiveFrames[kind].increment()
        shared.permissive.note(kind, from: Endpoint(address: address, port: 0), at: .now) {
            snapshot.members(at: address).any
        }
    }

    /// Says once a minute that the node is permissive, and for whom it has to be.
    func reportPermissive() {
        guard shared.permissive.isPermissive else { return }
        let traffic = PermissiveTraffic(shared, members: snapshot.members, at: .now)
        for kind in PermissiveTraffic.Kind.allCases {
            shared.metrics.permissivePeers[kind].record(traffic.peers.count { $0.kind == kind })
        }
        let plaintext = traffic.peers.count { $0.kind == .plaintext }
        let otherLabel = traffic.peers.count { $0.kind == .otherLabel }
        let names = traffic.peers.prefix(Self.namesTold).map { $0.name?.description ?? "\($0.endpoint)" }
        shared.log.warning(
            .permissive,
            traffic.isQuiet
                ? "this node is permissive, and nobody needs it: turn verifiesIncoming on and empty acceptedLabels"
                : "this node is permissive: it takes traffic that its cluster should stop sending",
            [
                "plaintext-peers": "\(plaintext)", "other-label-peers": "\(otherLabel)",
                "others": "\(traffic.others)", "peers": names.joined(separator: " "),
                "window-s": "\(traffic.window.components.seconds)",
            ]
        )
    }

    /// Peers that one line of the log has room for.
    private static let namesTold = 5
}
