import Logging
import Memberlist
import Testing

struct TimedOut: Error {}

/// Runs a body against a deadline.
func within<Value: Sendable>(
    _ limit: Duration = .seconds(60),
    _ body: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    try await withThrowingTaskGroup(of: Value.self) { group in
        group.addTask { try await body() }
        group.addTask {
            try await Task.sleep(for: limit)
            throw TimedOut()
        }
        defer { group.cancelAll() }
        guard let first = try await group.next() else { throw TimedOut() }
        return first
    }
}

extension MemberlistEvents {
    /// The first event that the filter takes.
    @discardableResult
    func first(
        within limit: Duration = .seconds(60),
        where filter: @escaping @Sendable (MemberlistEvent) -> Bool
    ) async throws -> MemberlistEvent {
        try await within(limit) {
            for await event in self where filter(event) { return event }
            throw TimedOut()
        }
    }
}

/// A configuration for one machine, on loopback and a port of the system's choice; patient, because the tests
/// beside may have taken every core.
func local(
    _ name: String,
    host: String = "127.0.0.1",
    _ change: (inout MemberlistConfiguration) -> Void = { _ in }
) -> MemberlistConfiguration {
    var configuration = MemberlistConfiguration.local(name: NodeName(name))
    configuration.bindHost = host
    configuration.bindPort = 0
    configuration.probe.timeout = .milliseconds(800)
    configuration.streams.timeout = .seconds(10)
    change(&configuration)
    return configuration
}

/// Starts the nodes, each over its transport and with its log where there is one, and shuts all down whatever the body
/// does.
func withNodes<Result: Sendable>(
    _ configurations: [MemberlistConfiguration],
    over transports: [any MemberlistTransport] = [],
    delegate: (any MemberlistDelegate)? = nil,
    logs: [LogLines] = [],
    _ body: ([Memberlist]) async throws -> Result
) async throws -> Result {
    var nodes: [Memberlist] = []
    do {
        for (index, configuration) in configurations.enumerated() {
            let node = try await Memberlist.create(
                configuration,
                delegate: delegate,
                transport: index < transports.count ? transports[index] : nil,
                logger: index < logs.count ? logs[index].logger : Logger(label: "memberlist")
            )
            nodes.append(node)
        }
        let result = try await body(nodes)
        for node in nodes { await node.shutdown() }
        return result
    } catch {
        for node in nodes { await node.shutdown() }
        throw error
    }
}

extension Memberlist {
    var address: String { "\(localMember.endpoint)" }
    var alive: Set<NodeName> { Set(members.filter { $0.state == .alive }.map(\.name)) }

    /// Until that many members live, woken by events.
    func seesAlive(_ count: Int, within limit: Duration = .seconds(60)) async throws {
        let events = events
        if alive.count == count { return }
        try await events.first(within: limit) { [self] _ in alive.count == count }
    }

    /// Until a ping is answered: on a busy machine one may come too late. Returns how long it took.
    @discardableResult
    func isAnswered(by name: NodeName) async throws -> Duration {
        try await within { [self] in
            while true {
                do {
                    return try await ping(name)
                } catch MemberlistError.timedOut {
                    continue
                }
            }
        }
    }
}
