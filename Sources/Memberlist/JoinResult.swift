public import MemberlistWire

/// What came of one address that ``Memberlist/join(_:timeout:)`` was given.
public struct JoinResult: Sendable, Hashable {
    /// The address as it was given.
    public let address: String
    /// Which of its addresses answered, or was tried last; nil where none could be found.
    public let endpoint: Endpoint?
    /// The number of members in the state that the peer sent, or why there was none.
    public let outcome: Result<Int, JoinError>

    /// Whether the peer's state was merged.
    public var succeeded: Bool {
        if case .success = outcome { true } else { false }
    }
}

/// Why a join through one address failed.
public enum JoinError: Error, Sendable, Hashable {
    /// Nothing that a join takes; the fault says how to write it.
    case malformedAddress(AddressFault)
    /// The address names no node, and ``MemberlistConfiguration/requiresNodeNames`` is set.
    case nameMissing
    /// There is no such host or service, or it has no addresses.
    case unresolved
    /// No name server gave an answer that can be used; the text says what was wrong.
    case nameServer(String)
    /// The address lies outside ``MemberlistConfiguration/allowedNetworks``.
    case networkNotAllowed
    /// Nobody accepts connections there, or the network does not reach it.
    case unreachable
    /// The peer closed the stream without an answer: another label, another key, or it is overloaded.
    case noAnswer
    /// What the peer sent could not be read.
    case unreadable(WireError)
    /// The clusters' versions do not overlap; the description names the member.
    case incompatible(String)
    /// The delegate did not allow it, for that reason.
    case refused(String)
    /// Too many exchanges are under way, or this node is leaving.
    case unavailable
    /// The deadline passed first.
    case timedOut
    /// The task was cancelled, or the node shut down.
    case cancelled
}

extension JoinError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .malformedAddress(let fault): "not an address: \(fault)"
        case .nameMissing:
            "no node's name, and requiresNodeNames is set; write name/address, such as web-1/10.0.0.1"
        case .networkNotAllowed: "the address is outside allowedNetworks; add its network there"
        case .unresolved: "the name has no addresses; look at its spelling and its records"
        case .nameServer(let reason): "the name could not be looked up: \(reason)"
        case .unreachable: "nobody accepts connections there"
        case .noAnswer:
            "the peer closed the connection without an answer: perhaps it has not the key that this node seals with; "
                + "compare keys and labels"
        case .unreadable(.unknownKey(let key)):
            "the peer answers with key \(key), which is not on this node's ring; add it"
        case .unreadable(.authenticationFailed):
            "no key of this node's ring opens the peer's answer; compare keys and labels"
        case .unreadable(let error): "the peer's answer could not be read: \(error)"
        case .incompatible(let text): "the versions do not fit: \(text)"
        case .refused(let reason): "this node's delegate refused the merge: \(reason)"
        case .unavailable: "too many state exchanges are under way, or this node is leaving"
        case .timedOut: "no answer before the deadline"
        case .cancelled: "cancelled"
        }
    }
}
