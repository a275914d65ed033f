public import Foundation

/// One event of an agent's, ours or the Go peer's: a JSON object on a line.
public struct AgentEvent: Decodable, Sendable {
    public struct Row: Decodable, Sendable {
        public var name: String
        public var address: String
        public var state: String
        public var meta: String?
    }

    public struct Join: Decodable, Sendable {
        public var address: String
        public var ok: Bool
        public var error: String?
    }

    public struct KeyUse: Decodable, Sendable {
        public struct Peer: Decodable, Sendable {
            public var name: String?
            public var address: String
            public var latest: Bool
        }

        public var key: String
        public var primary: Bool
        public var sealed: Int
        public var opened: Int
        public var peers: [Peer]
    }

    public var event: String
    public var name: String?
    public var address: String?
    public var reason: String?
    public var meta: String?
    public var payload: String?
    public var message: String?
    public var command: String?
    public var id: Int?
    public var ok: Bool?
    public var members: [Row]?
    /// Of a `keyring` event: the ids of the keys, the primary's first.
    public var keys: [String]?
    public var results: [Join]?
    /// The answer to `keys`.
    public var usage: [KeyUse]?

    public static func parse(_ line: String) -> AgentEvent? {
        try? JSONDecoder().decode(AgentEvent.self, from: Data(line.utf8))
    }
}

/// A program that prints events and takes commands: our agent with `--format json --commands`, or the Go peer.
public final class EventProcess: Sendable {
    public let process: LineProcess

    public init(_ executable: URL, _ arguments: [String], environment: [String: String] = [:]) throws {
        process = try LineProcess(executable, arguments, environment: environment)
    }

    public var events: [AgentEvent] { process.outputLines.compactMap(AgentEvent.parse) }

    /// Where the node listens, once it says so.
    public func ready(within limit: Duration = .seconds(60)) async throws -> String {
        try await wait("ready", within: limit) { $0.event == "ready" ? $0.address : nil }
    }

    @discardableResult
    public func wait<Found: Sendable>(
        _ what: String,
        within limit: Duration = .seconds(60),
        from start: Int = 0,
        where find: @escaping @Sendable (AgentEvent) -> Found?
    ) async throws -> Found {
        try await process.waitForLine(what, within: limit, from: start) { AgentEvent.parse($0).flatMap(find) }
    }

    /// Waits for an event of a kind about a member.
    @discardableResult
    public func wait(
        _ event: String,
        _ name: String,
        within limit: Duration = .seconds(60)
    ) async throws -> AgentEvent {
        try await wait("\(event) of \(name)", within: limit) { found in
            found.event == event && found.name == name ? found : nil
        }
    }

    public func command(_ json: String) throws {
        try process.write(json)
    }
}
