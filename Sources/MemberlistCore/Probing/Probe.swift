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
    /// Those that were asked, as many as evidence names, and since when.
    var helpers: [Helper] = []
    var helperCount = 0
    var escalated: Instant?
    var streamAnswered = false
    var stream: StreamPing?

    struct Helper: Sendable {
        let name: NodeName
        let endpoint: Endpoint
        var nack: Instant?
    }

    struct StreamPing: Sendable {
        let start: Instant
        var failed: Instant?
    }

    /// How it failed, for those who ask why.
    func failed(at now: Instant) -> FailedProbe {
        let asked = escalated ?? now
        return FailedProbe(
            duration: .nanoseconds(now.nanoseconds(since: sent)),
            directWait: .nanoseconds(asked.nanoseconds(since: sent)),
            helpers: helpers.map { helper in
                FailedProbe.Helper(
                    name: helper.name,
                    endpoint: helper.endpoint,
                    sentNack: helper.nack != nil,
                    duration: .nanoseconds((helper.nack ?? now).nanoseconds(since: asked))
                )
            },
            helperCount: helperCount,
            nacks: nacks,
            stream: stream.map { stream in
                FailedProbe.Stream(
                    hasFailed: stream.failed != nil,
                    duration: .nanoseconds((stream.failed ?? now).nanoseconds(since: stream.start))
                )
            }
        )
    }
}

/// A ping that this node sends for another.
struct Relay: Sendable {
    /// The sequence number that the asking node waits for.
    let sequence: UInt32
    let origin: Endpoint
    let receiver: Receiver
    var wantsNack: Bool
}
