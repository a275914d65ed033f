public import MemberlistCore
public import MemberlistWire

extension Memberlist {
    /// The members that this node believes to be in one of those states: `members(in: [.alive, .suspect])`. In no
    /// particular order. A snapshot: it never waits.
    public func members(in states: Set<MemberState>) -> [Member] {
        members.filter { states.contains($0.state) }
    }

    /// One member from now on, known already or not: first as it is, then whenever that has changed.
    public func watch(_ name: NodeName) -> MemberWatch {
        MemberWatch(name, node: node)
    }

    /// Returns once at least that many members are alive to this node, itself among them: at once where they are. It
    /// is woken by events and asks nobody.
    ///
    /// - Parameters:
    ///   - count: How many; this node is one of them, unless it left.
    ///   - timeout: Nil: for as long as it takes.
    /// - Throws: ``MemberlistError/timedOut``, ``MemberlistError/shutDown``, `CancellationError`.
    public func waitUntil(members count: Int, timeout: Duration? = nil) async throws {
        try await node.waitUntil(members: count, timeout: timeout)
    }
}
