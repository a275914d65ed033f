/// How well this node itself does: 0 is well. A node that fails to hear what it should hear gives others more
/// time before it accuses them (Lifeguard, section IV-A: local health multiplier).
struct HealthScore: Sendable {
    private(set) var value = 0
    private let multiplier: Int

    /// Scores go from 0 to `multiplier - 1`.
    init(multiplier: Int) {
        self.multiplier = max(multiplier, 1)
    }

    /// Applies a change; returns whether the score is another now.
    mutating func apply(_ delta: Int) -> Bool {
        let old = value
        value = min(max(value + delta, 0), multiplier - 1)
        return value != old
    }

    /// A duration stretched by the score.
    func scale(_ nanoseconds: Int64) -> Int64 {
        Int64(clamping: Int128(nanoseconds) * Int128(value + 1))
    }
}
