/// The rules that every cluster must keep.
public enum StandardJudges {
    /// One of each, to watch one simulation.
    public static func all() -> [any SimulationJudge] { [] }
}
