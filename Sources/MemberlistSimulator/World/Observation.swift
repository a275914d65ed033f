public import MemberlistCore
public import MemberlistWire

/// Something that happened in a simulation, at one node, at one moment. Judges and logs are made of these.
public struct Observation: Sendable {
    /// Virtual time since the start.
    public let time: Duration
    /// The node's place in ``Simulation/nodes``; -1 for what concerns the network as a whole.
    public let node: Int
    /// What happened.
    public let kind: Kind
    /// Why the node suspects a member, or declared it failed; nil for anything else.
    public let evidence: FailureEvidence?

    init(time: Duration, node: Int, kind: Kind, evidence: FailureEvidence? = nil) {
        self.time = time
        self.node = node
        self.kind = kind
        self.evidence = evidence
    }

    /// What may happen.
    public enum Kind: Sendable {
        /// Something was done to the node's process, or it did it itself.
        case process(ProcessChange)
        /// The node changed its mind about a member.
        case member(Member, BeliefChange)
        /// The node heard something of a member, and has changed its mind or not. An alive that was known is not
        /// told, nor what a delegate decides on, nor a state that was not merged.
        indirect case heard(Claim)
        /// The node's own probe of a member failed.
        case accused(NodeName)
        /// The node looks for a member that it lost, or for whoever listens at a seed where the name is nil.
        case rejoining(Endpoint, NodeName?)
        /// Two nodes claim one name, as this node sees it.
        case conflict(existing: Member, claimed: Member)
        /// The application of this node got bytes from another.
        case message([UInt8], from: Endpoint)
        /// The node's health score changed: 0 is well (Lifeguard).
        case health(Int)
        /// A datagram, or the whole of one direction of a stream, left the node.
        case sent(Frame)
        /// An exchange of states that the node opened was answered: who lives there, at which incarnation; and whether
        /// the node has no other one open.
        case answered([NodeName: UInt32], isOnly: Bool)
        /// A datagram, or a stream's message, passed every layer at this node.
        case accepted(Frame)
        /// One did not; the reason is a `WireError`'s name.
        case refused(Frame, reason: String)
        /// A datagram was lost on its way.
        case lost(Frame)
        /// Somebody who is no node and has shown no key got that many bytes as an answer.
        case strangerAnswered(bytes: Int)
        /// Something was not believed or not done, in words.
        case notice(String)
        /// A fault begins or ends, in words.
        case fault(String)
    }
}

extension Observation {
    /// Whether it shows a frame, or what was in one: those are for judges that ask for them.
    var isOfFrame: Bool {
        switch kind {
        case .sent, .accepted, .answered, .refused, .lost: true
        default: false
        }
    }
}

/// What can become of a process.
public enum ProcessChange: Sendable, Hashable {
    /// It started, and listens there.
    case launched(Endpoint)
    /// It is gone from one moment to the next.
    case crashed
    /// It stands still: nothing is read, no timer fires.
    case paused
    /// It goes on.
    case resumed
    /// Its messages are held, in both directions, while its timers run.
    case blocked
    /// Its messages flow again.
    case unblocked
    /// It says that it leaves.
    case leaving
    /// After it left it ended.
    case ended
    /// It asked to join through somebody.
    case joining
    /// Its clock runs at another speed, in parts per million.
    case clock(drift: Int)
}

/// What a node may come to believe of a member.
public enum BeliefChange: String, Sendable, Hashable, CaseIterable {
    /// New, or back.
    case joined
    /// Its metadata changed.
    case updated
    /// Its incarnation, versions or address changed, and nothing that an application is told.
    case refreshed
    /// It does not answer.
    case suspected
    /// It refuted.
    case recovered
    /// It was declared failed.
    case failed
    /// It left on its own word.
    case left
    /// It had been gone for long enough and was forgotten.
    case reaped

    init(_ change: MemberChange) {
        self =
            switch change {
            case .joined: .joined
            case .updated: .updated
            case .refreshed: .refreshed
            case .suspected: .suspected
            case .recovered: .recovered
            case .failed: .failed
            case .left: .left
            case .reaped: .reaped
            }
    }
}

/// Bytes on their way.
public struct Frame: Sendable {
    /// Whether they are a stream's, not a datagram.
    public let isStream: Bool
    /// Where they go, or where they came from.
    public let peer: Endpoint
    /// As they are on the wire.
    public let bytes: [UInt8]
    /// Before the layers were put on; empty where that is not known.
    public let plaintext: [UInt8]
}
