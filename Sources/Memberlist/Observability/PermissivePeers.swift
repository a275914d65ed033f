internal import MemberlistCore
internal import MemberlistWire
internal import Synchronization

/// Who sends what is taken only while a cluster moves.
///
/// Anybody can claim to be anybody in plaintext, so the table is bounded, strangers have a part of it alone, and
/// nobody's place is taken by another before it was quiet for the window.
final class PermissivePeers: Sendable {
    struct Claim: Hashable {
        let peer: Endpoint
        let kind: PermissiveTraffic.Kind
    }

    struct Row {
        var count = 1
        var last: Int64
        let isMember: Bool
    }

    private struct State {
        var rows: [Claim: Row] = [:]
        var strangers = 0
        var others = 0
        var lastOther: Int64 = 0
    }

    let isPermissive: Bool
    private let state = Mutex(State())

    init(isPermissive: Bool) {
        self.isPermissive = isPermissive
    }

    /// - Parameter isMember: Asked only for a peer that is new.
    func note(_ kind: PermissiveTraffic.Kind, from peer: Endpoint, at now: Instant, isMember: () -> Bool) {
        let claim = Claim(peer: peer, kind: kind)
        state.withLock { state in
            if let place = state.rows.index(forKey: claim) {
                state.rows.values[place].count += 1
                state.rows.values[place].last = now.nanoseconds
                return
            }
            let isMember = isMember()
            guard state.rows.count < Limits.permissivePeers,
                isMember || state.strangers < Limits.reportedClaims
            else {
                state.others += 1
                state.lastOther = now.nanoseconds
                return
            }
            state.rows[claim] = Row(last: now.nanoseconds, isMember: isMember)
            if !isMember { state.strangers += 1 }
        }
    }

    /// What is left once those are forgotten that were quiet for the window.
    func recent(within window: Int64, at now: Instant) -> (rows: [Claim: Row], others: Int) {
        state.withLock { state in
            let start = now.nanoseconds - window
            if state.rows.values.contains(where: { $0.last < start }) {
                state.rows = state.rows.filter { $0.value.last >= start }
                state.strangers = state.rows.values.count { !$0.isMember }
            }
            if state.lastOther < start { state.others = 0 }
            return (state.rows, state.others)
        }
    }
}

extension LayerSettings {
    /// Whether something is read that would be refused once the cluster has moved.
    var isPermissive: Bool {
        (keyring != nil && !verifiesIncoming) || acceptedLabels.contains { $0 != label }
    }
}

extension PermissiveTraffic {
    private static let shortest: Int64 = 600_000_000_000

    init(_ shared: NodeShared, members: [Member], at now: Instant) {
        let interval = shared.configuration.probe.interval.wholeNanoseconds
        let (rounds, overflow) = interval.multipliedReportingOverflow(by: 2 * Int64(members.count))
        let window = max(Self.shortest, overflow ? Int64.max / 2 : rounds)
        let recent = shared.permissive.recent(within: window, at: now)
        let peers = recent.rows.map { claim, row in
            Peer(
                endpoint: claim.peer,
                name: Self.name(of: claim.peer, among: members),
                kind: claim.kind,
                count: row.count,
                idle: .nanoseconds(max(0, now.nanoseconds - row.last))
            )
        }
        isPermissive = shared.permissive.isPermissive
        self.peers = peers.sorted { ($0.idle, "\($0.endpoint)") < ($1.idle, "\($1.endpoint)") }
        others = recent.others
        self.window = .nanoseconds(window)
    }

    private static func name(of peer: Endpoint, among members: [Member]) -> NodeName? {
        let found = members.filter { member in
            guard member.state == .alive || member.state == .suspect else { return false }
            return peer.port == 0 ? member.endpoint.address == peer.address : member.endpoint == peer
        }
        return found.count == 1 ? found.first?.name : nil
    }
}
