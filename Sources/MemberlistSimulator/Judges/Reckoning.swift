#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// What the papers' formulas give, reckoned apart from the protocol's own code and with no rounding but theirs: what
/// that code does is held against this.
enum Reckoning {
    /// How often a piece of news is sent (SWIM, section 4.1).
    static func transmissions(multiplier: Int, members: Int) -> Int {
        multiplier * Int(ceil(log10(Double(members + 1))))
    }

    /// Probe intervals of the shortest suspicion.
    static func shortestSuspicion(multiplier: Int, members: Int) -> Double {
        Double(multiplier) * max(1, log10(Double(members)))
    }

    /// How much of the way from the longest suspicion to the shortest so many confirmations go (Lifeguard, section
    /// IV-B).
    static func share(confirmed: Int, of wanted: Int) -> Double {
        wanted == 0 ? 1 : log(Double(min(confirmed, wanted)) + 1) / log(Double(wanted) + 1)
    }

    /// Periods until somebody first probes a crashed node (SWIM, section 3.2).
    static let firstProbe = exp(1.0) / (exp(1.0) - 1)

    /// Rounds until a piece of news has reached all, if each who knows it tells so many others a round (Pittel).
    static func rounds(members: Int, tellingEach others: Int) -> Double {
        log(Double(members)) / log(Double(others + 1)) + log(Double(members)) / Double(others)
    }
}
