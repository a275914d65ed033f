import MemberlistWire

/// One suspicion of one member: how long it lasts depends on how many others confirm it (Lifeguard, section
/// IV-B). Durations in nanoseconds.
struct Suspicion: Sendable {
    let start: Instant
    let minimum: Int64
    let maximum: Int64
    /// How many confirmations bring it down to its minimum; 0 where the cluster is too small for any.
    let expected: Int
    /// What it began with, and this node's own probe that failed, where there was one.
    let cause: FailureEvidence.Cause
    var probe: FailedProbe?
    /// The first accuser, then those that confirmed, and when each did.
    private(set) var accusers: [NodeName]
    private(set) var times: [Instant]
    private(set) var deadline: Instant

    init(
        from accuser: NodeName,
        cause: FailureEvidence.Cause,
        probe: FailedProbe?,
        expected: Int,
        minimum: Int64,
        maximum: Int64,
        at now: Instant
    ) {
        start = now
        self.cause = cause
        self.probe = probe
        times = [now]
        self.minimum = minimum
        self.maximum = maximum
        self.expected = expected
        accusers = [accuser.owned()]
        deadline = now.advanced(byNanoseconds: expected < 1 ? minimum : maximum)
    }

    /// Confirmations so far, the first accuser not among them.
    var confirmations: Int { accusers.count - 1 }

    /// Counts an accuser, once each. Returns whether this one was new: then it is worth passing on, and the
    /// deadline may have come nearer.
    mutating func confirm(from accuser: NodeName, at now: Instant) -> Bool {
        guard confirmations < expected, !accusers.contains(accuser) else { return false }
        accusers.append(accuser.owned())
        times.append(now)
        let remaining = Formulas.remainingSuspicion(
            confirmations: confirmations,
            expected: expected,
            elapsed: now.nanoseconds(since: start),
            minimum: minimum,
            maximum: maximum
        )
        deadline = now.advanced(byNanoseconds: max(remaining, 0))
        return true
    }

    /// What it was, for those who ask why.
    func past(at now: Instant) -> PastSuspicion {
        let confirmed = zip(accusers, times).dropFirst().prefix(Limits.evidenceNames)
        return PastSuspicion(
            cause: cause,
            duration: .nanoseconds(now.nanoseconds(since: start)),
            confirmations: confirmed.map { name, time in
                PastSuspicion.Confirmation(name: name, after: .nanoseconds(time.nanoseconds(since: start)))
            },
            confirmationCount: confirmations,
            expectedConfirmations: expected
        )
    }
}
