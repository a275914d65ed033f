#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// HashiCorp's scaling formulas (memberlist's `util.go` and `suspicion.go`). Logarithms are taken and rounded
/// here and nowhere else, so that no other decision depends on a machine's floating point.
package enum Formulas {
    /// Cluster size up to which push/pull runs at its plain interval.
    package static let pushPullScaleThreshold = 32

    /// How often a broadcast is sent: `multiplier x ceil(log10(n + 1))`.
    package static func retransmitLimit(multiplier: Int, members: Int) -> Int {
        multiplier * Int(ceil(log10(Double(members + 1))))
    }

    /// Shortest time a member stays suspect, in nanoseconds: `multiplier x max(1, log10(n)) x interval`, the
    /// logarithm cut to three decimals.
    package static func suspicionTimeout(multiplier: Int, members: Int, interval: Int64) -> Int64 {
        let scale = max(1.0, log10(max(1.0, Double(members))))
        let product = Int128(multiplier) * Int128(Int64(scale * 1000)) * Int128(interval) / 1000
        return Int64(clamping: product)
    }

    /// Time between push/pulls in nanoseconds, stretched where the cluster has more than 32 members.
    package static func pushPullInterval(_ interval: Int64, members: Int) -> Int64 {
        guard members > pushPullScaleThreshold else { return interval }
        let doublings = ceil(log2(Double(members)) - log2(Double(pushPullScaleThreshold)))
        return Int64(clamping: Int128(Int64(doublings) + 1) * Int128(interval))
    }

    /// What is left of a suspicion after `confirmations` of the `expected` ones, in nanoseconds; it may be
    /// negative (Lifeguard, section IV-B: from the longest to the shortest by logarithm).
    package static func remainingSuspicion(
        confirmations: Int,
        expected: Int,
        elapsed: Int64,
        minimum: Int64,
        maximum: Int64
    ) -> Int64 {
        let fraction = log(Double(confirmations) + 1) / log(Double(expected) + 1)
        let longest = seconds(maximum)
        let raw = longest - fraction * (longest - seconds(minimum))
        let milliseconds = floor(1000 * raw)
        // Both fit: the value lies between two timeouts that are themselves Int64 nanoseconds.
        let timeout = milliseconds.isFinite ? Int64(milliseconds) * 1_000_000 : minimum
        return max(timeout, minimum) - elapsed
    }

    /// As Go's `Duration.Seconds`: whole and fractional seconds added, which rounds otherwise than one division.
    private static func seconds(_ nanoseconds: Int64) -> Double {
        Double(nanoseconds / 1_000_000_000) + Double(nanoseconds % 1_000_000_000) / 1e9
    }
}
