package import MemberlistWire

/// A state exchange: one that this node opened.
package struct ExchangeID: Hashable, Sendable {
    package let value: UInt64
    package init(_ value: UInt64) { self.value = value }

    static let own: UInt64 = 1 << 63
    /// Whether the core opened it by itself, and no join of a caller's.
    package var isOwn: Bool { value & Self.own != 0 }
}

/// A stream that a peer opened.
package struct StreamID: Hashable, Sendable {
    package let value: UInt64
    package init(_ value: UInt64) { self.value = value }
}

/// A call of the application's that waits for an answer.
package struct RequestID: Hashable, Sendable {
    package let value: UInt64
    package init(_ value: UInt64) { self.value = value }
}

/// A question that the core asked the application.
package struct DecisionID: Hashable, Sendable {
    package let value: UInt64
    package init(_ value: UInt64) { self.value = value }
}

/// What happened outside the core.
package enum Input: Hashable, Sendable {
    /// A message arrived in a datagram that passed every layer.
    case messageReceived(Message, from: Endpoint)
    /// The stream ping of ``Directive/pingOverStream(sequence:to:receiver:deadline:)`` ended.
    case streamPingFinished(sequence: UInt32, answered: Bool)

    /// The application wants to join through that address.
    case joinRequested(ExchangeID, Endpoint, name: NodeName?)
    /// Where the cluster may be found, in place of what was known of that: from the application's discovery.
    case seedsChanged([Seed])
    /// The peer answered ``Directive/exchangeState(_:with:receiver:state:)`` with its own state.
    case stateReceived(ExchangeID, PushPull)
    /// The exchange broke off before an answer was read.
    case exchangeFailed(ExchangeID)
    /// A peer opened a stream and sent its state; from where, if that is known.
    case stateOffered(StreamID, PushPull, from: Endpoint? = nil)

    /// The application's answers to what the core asked.
    case aliveDecided(DecisionID, allowed: Bool)
    case mergeDecided(DecisionID, allowed: Bool)

    /// Calls of the application's.
    case metaChanged([UInt8])
    /// What this node's acks carry from now on.
    case ackPayloadChanged([UInt8])
    case broadcastRequested(RequestID, [UInt8], name: NodeName?, invalidates: [NodeName] = [])
    case broadcastCancelled(RequestID)
    /// Drop the application's broadcasts but so many: first those sent most often.
    case broadcastsPruned(retain: Int)
    case messageRequested([UInt8], to: NodeName)
    case messageAddressed([UInt8], to: Endpoint)
    case pingRequested(RequestID, name: NodeName, Endpoint)
    case leaveRequested
}
