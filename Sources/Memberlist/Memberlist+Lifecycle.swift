extension Memberlist {
    /// Keeps the node until a graceful shutdown or the task's cancellation, then leaves the cluster and shuts
    /// down: when this returns, the ports are free. Returns, too, after ``shutdown()``.
    public func run() async throws {
        await node.waitForEnd()
        // A cancelled task could not wait to be heard; leaving is bounded by its own deadline.
        await Task { [node] in
            _ = try? await node.leave(timeout: nil)
            await node.shutdown()
        }.value
    }

    /// Joins a cluster through any of its members.
    ///
    /// All addresses are tried at once. One success is a success as a whole: gossip does the rest. Every address, the
    /// ones that failed too, is a seed from then on: see ``MemberlistConfiguration/Healing``. <doc:Joining> has more, and
    /// how to find members again and again.
    ///
    /// - Parameters:
    ///   - addresses: `10.0.0.1`, `10.0.0.1:7946`, `::1`, `[::1]:7946`, `seed.example`, `seed.example:7946`;
    ///     without a port, the one of ``MemberlistConfiguration/bindPort``, or 7946 where that is 0. A host name stands
    ///     for all its A and AAAA records, which are tried until one answers. `_memberlist._tcp.example.org` and
    ///     `srv+members.example.org` stand for the hosts and ports of their SRV records. Before each may stand a
    ///     member's name, as in `web-1/10.0.0.1:7946`: who is expected there.
    ///   - timeout: For all of them; nil: ``MemberlistConfiguration/joinTimeout``.
    /// - Returns: A result for each address, in the order given. A cancelled task gets them at once.
    @discardableResult
    public func join(_ addresses: [String], timeout: Duration? = nil) async -> [JoinResult] {
        await node.join(addresses, timeout: timeout)
    }

    /// Tells the cluster that this node goes on its own account, so that nobody takes it for failed. The node
    /// runs on, and can join again, until ``shutdown()``.
    ///
    /// The word goes before all other news, and a ping travels with it: returns when it was sent as often as news is sent
    /// and a member has answered, or the time for an answer, ``MemberlistConfiguration/Probe/timeout``, is over.
    ///
    /// - Parameter timeout: Nil: ``MemberlistConfiguration/leaveTimeout``.
    /// - Returns: How many members were told, and how many of them have answered; 0 where nobody else lives.
    /// - Throws: ``MemberlistError/shutDown``; `CancellationError` where the task is cancelled: the word goes out all the
    ///   same.
    @discardableResult
    public func leave(timeout: Duration? = nil) async throws -> LeaveOutcome {
        try await node.leave(timeout: timeout)
    }

    /// Ends the node without a word to the cluster, which takes it for failed unless it left first. The ports
    /// are free when this returns. Can be called again, and from a hook.
    public func shutdown() async {
        await node.shutdown()
    }
}
