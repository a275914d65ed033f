import MemberlistWire

/// A ping that waits for its ack.
struct Probe: Sendable {
    enum Purpose: Sendable {
        /// This node's own failure detection.
        case round(RowID)
        /// The application asked.
        case request(RequestID)
    }

    let purpose: Purpose
    let endpoint: Endpoint
    let name: NodeName
    /// The incarnation that is suspected where no answer comes.
    let incarnation: UInt32
    let sent: Instant
    let deadline: Instant

    /// Helpers that will say that they are well where the target is silent, and those that did.
    var expectedNacks = 0
    var nacks = 0
    var streamAnswered = false
}

/// A ping that this node sends for another.
struct Relay: Sendable {
    /// The sequence number that the asking node waits for.
    let sequence: UInt32
    let origin: Endpoint
    let receiver: Receiver
    var wantsNack: Bool
}
