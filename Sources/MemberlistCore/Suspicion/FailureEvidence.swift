public import MemberlistWire

/// Why this node suspects a member, or declared it failed: what it saw itself, what others told it, and how long
/// each took on this node's clock.
///
/// It is made for programs, as JSON too, and its description is a line for people. Peers choose the names in
/// it. At most 16 helpers and 16 confirmations are named; their counts are whole.
public struct FailureEvidence: Sendable, Hashable {
    /// What brought a node to believe it.
    public enum Cause: Sendable, Hashable {
        /// A probe of this node's own found no answer by any path.
        case probe
        /// The suspicion ended on this node, and nobody had refuted it.
        case timeout
        /// That member said so, in a suspicion or a declaration that was gossiped. This node did not ask.
        case member(NodeName)
        /// A peer's whole state said so, in a push/pull. The address is the peer's; where the peer opened the
        /// stream, its port is not one that listens.
        case stateExchange(with: Endpoint?)
    }

    /// What brought this node to believe it.
    public let cause: Cause
    /// The incarnation that is accused: an alive with a higher one refutes it.
    public let incarnation: UInt32
    /// The probe of this node's own that failed; nil where this node did not probe, and believes others.
    public let probe: FailedProbe?
    /// The suspicion before the failure; nil in the evidence of a suspicion itself, and of a failure that this
    /// node did not suspect before it was told.
    public let suspicion: PastSuspicion?

    /// Evidence as an application's tests may want it; a node makes its own.
    public init(
        cause: Cause,
        incarnation: UInt32,
        probe: FailedProbe? = nil,
        suspicion: PastSuspicion? = nil
    ) {
        self.cause = cause
        self.incarnation = incarnation
        self.probe = probe
        self.suspicion = suspicion
    }
}

/// A probe that found no answer, by each path that it took.
public struct FailedProbe: Sendable, Hashable {
    /// A member that was asked to ping in this node's place.
    public struct Helper: Sendable, Hashable {
        /// Its name.
        public let name: NodeName
        /// Where it was asked.
        public let endpoint: Endpoint
        /// Whether it said that it is well and got no answer either: a nack. Helpers of protocol versions below 4
        /// send none.
        public let sentNack: Bool
        /// Until its nack, or until the probe ended without one.
        public let duration: Duration

        /// A helper as tests may want it.
        public init(name: NodeName, endpoint: Endpoint, sentNack: Bool, duration: Duration) {
            self.name = name
            self.endpoint = endpoint
            self.sentNack = sentNack
            self.duration = duration
        }
    }

    /// The ping over a stream.
    public struct Stream: Sendable, Hashable {
        /// Whether it failed for certain; else the probe ended before it did.
        public let hasFailed: Bool
        /// Until it failed, or until the probe ended.
        public let duration: Duration

        /// A stream's ping as tests may want it.
        public init(hasFailed: Bool, duration: Duration) {
            self.hasFailed = hasFailed
            self.duration = duration
        }
    }

    /// From the first ping to the verdict.
    public let duration: Duration
    /// How long a direct answer was waited for before helpers and a stream were tried.
    public let directWait: Duration
    /// The helpers that were asked, 16 at most.
    public let helpers: [Helper]
    /// How many were asked.
    public let helperCount: Int
    /// How many nacks came.
    public let nacks: Int
    /// The stream that was tried; nil where none was.
    public let stream: Stream?

    /// A probe as tests may want it.
    public init(
        duration: Duration,
        directWait: Duration,
        helpers: [Helper] = [],
        helperCount: Int? = nil,
        nacks: Int = 0,
        stream: Stream? = nil
    ) {
        self.duration = duration
        self.directWait = directWait
        self.helpers = helpers
        self.helperCount = helperCount ?? helpers.count
        self.nacks = nacks
        self.stream = stream
    }
}

/// A suspicion that was not refuted.
public struct PastSuspicion: Sendable, Hashable {
    /// Another member's word that it suspects the same.
    public struct Confirmation: Sendable, Hashable {
        /// Who said so.
        public let name: NodeName
        /// When it came, counted from the start of the suspicion.
        public let after: Duration

        /// A confirmation as tests may want it.
        public init(name: NodeName, after: Duration) {
            self.name = name
            self.after = after
        }
    }

    /// What it began with.
    public let cause: FailureEvidence.Cause
    /// How long the member had to refute it.
    public let duration: Duration
    /// The first confirmations by others, 16 at most. Each shortens the suspicion, up to as many as were expected.
    public let confirmations: [Confirmation]
    /// How many there were.
    public let confirmationCount: Int
    /// How many would have brought it down to its shortest; 0 where the cluster is too small for any.
    public let expectedConfirmations: Int

    /// A suspicion as tests may want it.
    public init(
        cause: FailureEvidence.Cause,
        duration: Duration,
        confirmations: [Confirmation] = [],
        confirmationCount: Int? = nil,
        expectedConfirmations: Int = 0
    ) {
        self.cause = cause
        self.duration = duration
        self.confirmations = confirmations
        self.confirmationCount = confirmationCount ?? confirmations.count
        self.expectedConfirmations = expectedConfirmations
    }
}

/// What stands behind a change of a member's state; a word's size where there is nothing, as mostly.
package enum Grounds: Hashable, Sendable {
    case none
    indirect case evidence(FailureEvidence)

    package var evidence: FailureEvidence? {
        if case .evidence(let evidence) = self { evidence } else { nil }
    }
}
