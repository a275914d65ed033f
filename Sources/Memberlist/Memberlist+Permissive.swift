internal import MemberlistCore

extension Memberlist {
    /// Who still sends plaintext, or under another label, while this node takes it: see
    /// ``MemberlistConfiguration/verifiesIncoming`` and ``MemberlistConfiguration/acceptedLabels``. Restart the node
    /// without the permission once it ``PermissiveTraffic/isQuiet``. A snapshot: it never waits.
    ///
    /// In plaintext anybody can claim any address; so a peer that is listed may be a forgery, and one that is not
    /// listed has sent nothing.
    public var permissiveTraffic: PermissiveTraffic {
        PermissiveTraffic(node.shared, members: node.snapshot.members, at: .now)
    }
}
