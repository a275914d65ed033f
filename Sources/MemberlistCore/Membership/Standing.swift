package import MemberlistWire

/// What this node believes of one member, and what the member says of itself, nothing of it copied.
package struct Standing: Sendable {
    package let state: MemberState
    package let incarnation: UInt32
    package let endpoint: Endpoint
    package let meta: WireBytes
    package let versions: ProtocolVersions
    /// Since when it is in that state, on this node's clock.
    package let since: Instant
    /// How many have confirmed its suspicion; 0 where it is not suspect.
    package let confirmations: Int
}

/// What those look at who judge a core from outside.
extension GossipProtocol {
    /// The standing of the member of that name; nil where it is not known.
    package func standing(of name: NodeName) -> Standing? {
        guard let id = table.find(name) else { return nil }
        let row = table[id]
        return Standing(
            state: row.state,
            incarnation: row.incarnation,
            endpoint: row.endpoint,
            meta: row.meta,
            versions: row.versions,
            since: row.stateChange,
            confirmations: row.state == .suspect ? table.suspicion(of: id)?.confirmations ?? 0 : 0
        )
    }

    /// The membership broadcast about that name that waits; nil where none does.
    package func queuedMessage(about name: NodeName) -> [UInt8]? { broadcasts.payload(about: name) }
}
