internal import MemberlistCore

extension Duration {
    /// As `1d02:03:04.567890`, for logs that line up.
    var clockText: String {
        let (seconds, attoseconds) = components
        func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let micro = String(1_000_000 + attoseconds / 1_000_000_000_000).dropFirst()
        let days = seconds / 86_400
        let clock = "\(two(seconds / 3_600 % 24)):\(two(seconds / 60 % 60)):\(two(seconds % 60)).\(micro)"
        return days > 0 ? "\(days)d\(clock)" : clock
    }

    /// `1.5 s`, to the microsecond where it needs that.
    var shortText: String { NumberText.shortest(millionths: nanoseconds / 1_000) + " s" }

    /// Whole nanoseconds, as the core counts.
    var nanoseconds: Int64 { wholeNanoseconds }
}
