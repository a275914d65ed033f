/// The rules that every cluster must keep.
public enum StandardJudges {
    /// One of each, to watch one simulation.
    ///
    /// - Parameter isExact: Whether a healthy node that is declared failed breaks a rule, or is counted.
    public static func all(isExact: Bool = false) -> [any SimulationJudge] {
        [
            IncarnationJudge(), ResurrectionJudge(), EventOrderJudge(), DatagramSizeJudge(), NonceJudge(),
            PlaintextJudge(), ReplayJudge(), KeyJudge(), BoundsJudge(), AuthenticityJudge(), StrangerJudge(),
            HearingJudge(), SuspicionJudge(), NewsJudge(), ForgettingJudge(), HealthyDialJudge(),
            LivenessJudge(), CompletenessJudge(), AccuracyJudge(isExact: isExact),
        ]
    }
}
