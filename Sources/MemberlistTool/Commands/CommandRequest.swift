import Memberlist

/// What a line on standard input asks for.
enum CommandRequest: Hashable, Sendable {
    case join([String])
    case send(to: NodeName, payload: [UInt8], reliable: Bool)
    case broadcast([UInt8])
    case update(meta: [UInt8])
    case ping(NodeName)
    case members
    case health
    case keys
    case rollout
    case leave

    /// The word by which it is asked for.
    enum Word: String, Hashable, Sendable, CaseIterable {
        case join, send, broadcast, update, ping, members, health, keys, rollout, leave
    }

    var word: Word {
        switch self {
        case .join: .join
        case .send: .send
        case .broadcast: .broadcast
        case .update: .update
        case .ping: .ping
        case .members: .members
        case .health: .health
        case .keys: .keys
        case .rollout: .rollout
        case .leave: .leave
        }
    }
}

/// A request and the id by which its answer is known.
struct Command: Hashable, Sendable {
    var id: JSONScalar?
    var request: CommandRequest
}

/// A line that is no command; with what of it could be read.
struct CommandFault: Error, Hashable, Sendable {
    var id: JSONScalar?
    var word: CommandRequest.Word?
    var message: String
}
