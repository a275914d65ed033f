public import MemberlistWire

/// Why a call on ``Memberlist`` failed.
public enum MemberlistError: Error, Sendable, Hashable {
    /// The node has shut down.
    case shutDown
    /// No member has that name, or it has failed or left.
    case unknownMember(NodeName)
    /// The payload has `size` bytes, and the limit of this way to send is `limit`.
    case messageTooLarge(size: Int, limit: Int)
    /// A message without bytes: HashiCorp's receivers do not deliver those.
    case messageEmpty
    /// Metadata has `size` bytes; the limit is `limit`.
    case metaTooLong(size: Int, limit: Int)
    /// Too many broadcasts wait; send fewer, or name them so that newer ones replace older ones.
    case queueFull
    /// No answer before the deadline.
    case timedOut
    /// The member's port accepts no connection, or the stream broke off.
    case unreachable
    /// The port is taken or may not be used, or the host to bind has no address; the text says which.
    case bindFailed(String)
    /// The address to advertise is unknown: set ``MemberlistConfiguration/advertiseHost``.
    case noAddress(String)
}

extension MemberlistError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .shutDown: "the node has shut down"
        case .unknownMember(let name): "no live member is named \(name)"
        case .messageTooLarge(let size, let limit): "the message has \(size) bytes; the limit is \(limit)"
        case .messageEmpty: "the message is empty"
        case .metaTooLong(let size, let limit): "the metadata has \(size) bytes; the limit is \(limit)"
        case .queueFull: "too many broadcasts wait"
        case .timedOut: "no answer before the deadline"
        case .unreachable: "the member could not be reached over a stream"
        case .bindFailed(let text): "the port could not be bound: \(text)"
        case .noAddress(let text): "\(text); set advertiseHost"
        }
    }
}
