internal import MemberlistCore

/// A node's own clock: it starts anywhere and runs a little fast or slow.
struct NodeClock: Sendable {
    /// Where the world's time and the node's met last.
    private var world: Instant
    private var local: Instant
    /// Parts per million that it gains; negative where it loses.
    private(set) var drift: Int64

    private static let million: Int64 = 1_000_000
    /// Half speed to one and a half.
    static let drifts: ClosedRange<Int64> = -500_000...500_000

    init(showing local: Instant, at world: Instant, drift: Int64 = 0) {
        self.world = world
        self.local = local
        self.drift = min(max(drift, Self.drifts.lowerBound), Self.drifts.upperBound)
    }

    /// What the clock shows at a moment of the world's.
    func reading(at now: Instant) -> Instant {
        local.advanced(
            byNanoseconds: Self.scale(now.nanoseconds(since: world), Self.million + drift, Self.million)
        )
    }

    /// The first moment of the world's at which the clock shows that time or later.
    func moment(of reading: Instant) -> Instant {
        let ahead = reading.nanoseconds(since: local)
        let wait = Self.scale(ahead, Self.million, Self.million + drift)
        // A deadline that lies behind all time stays there.
        return world.advanced(byNanoseconds: wait).advanced(byNanoseconds: 1)
    }

    /// Runs at another speed from now on.
    mutating func change(drift: Int64, at now: Instant) {
        self = NodeClock(showing: reading(at: now), at: now, drift: drift)
    }

    /// Rounded down; held at what an Int64 carries.
    private static func scale(_ duration: Int64, _ numerator: Int64, _ denominator: Int64) -> Int64 {
        if numerator == denominator { return duration }
        return Int64(clamping: Int128(duration) * Int128(numerator) / Int128(denominator))
    }
}
