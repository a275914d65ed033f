import Memberlist

/// What the agent says on standard output.
enum AgentEvent: Hashable, Sendable {
    /// The first of all: the agent listens there.
    case ready(name: NodeName, address: Endpoint)
    case join(Member)
    case update(Member)
    /// One that failed comes with the evidence, where its event was not lost.
    indirect case leave(Member, LeaveReason, FailureEvidence? = nil)
    /// A user message, sent to this node or gossiped to all.
    case message([UInt8], from: Endpoint?)
    /// Another node claims the name of a member.
    case conflict(existing: Member, claimed: Member)
    case members([Member], id: JSONScalar?)
    /// The keyring file was read again: the keys that it holds, the primary first.
    case keyring([KeyID])
    /// A command was carried out.
    case result(CommandResult)
    /// A line was no command, or a command could not be carried out.
    case error(CommandFault)
}

enum LeaveReason: String, Hashable, Sendable {
    /// It said that it leaves.
    case left
    /// It stopped answering.
    case failed
}

/// The answer to a command.
struct CommandResult: Hashable, Sendable {
    /// How one address of a join fared: this many members were found there, or why none was.
    struct Join: Hashable, Sendable {
        let address: String
        let outcome: Outcome

        enum Outcome: Hashable, Sendable {
            case members(Int)
            case failed(String)
        }
    }

    enum Detail: Hashable, Sendable {
        case none
        case join([Join])
        /// A round trip, in milliseconds.
        case ping(milliseconds: Double)
        /// The health score: 0 is well.
        case health(score: Int)
        /// What each key is used for, the primary first.
        case keys([ClusterKeyUsage])
        /// Who still sends what is taken only while the cluster moves.
        case rollout(PermissiveTraffic)
        /// How many other members were told of the leave, and how many of them answered.
        case leave(told: Int, heard: Int)
    }

    var id: JSONScalar?
    var word: CommandRequest.Word
    var detail: Detail

    /// Whether what was asked for came about: a join of nobody did not.
    var isSuccess: Bool {
        guard case .join(let joins) = detail else { return true }
        return joins.contains {
            if case .members = $0.outcome { true } else { false }
        }
    }
}
