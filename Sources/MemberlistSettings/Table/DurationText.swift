internal import MemberlistCore

/// Durations as people write them: `500ms`, `1s`, `2m`, `1h30m`, `1.5s`.
enum DurationText {
    /// The longest first, so that a duration is written with the largest unit that divides it.
    private static let units: [(name: String, nanoseconds: Int64)] = [
        ("h", 3_600_000_000_000), ("m", 60_000_000_000), ("s", 1_000_000_000), ("ms", 1_000_000),
        ("us", 1_000), ("ns", 1),
    ]
    private static let longestFraction = 9

    static func write(_ duration: Duration) -> String {
        let nanoseconds = duration.wholeNanoseconds
        guard nanoseconds != 0, let unit = units.first(where: { nanoseconds % $0.nanoseconds == 0 }) else {
            return "0s"
        }
        return "\(nanoseconds / unit.nanoseconds)\(unit.name)"
    }

    /// Nil where the text is no duration, is negative, or longer than 292 years.
    static func read(_ text: String) -> Duration? {
        var rest = text[...]
        guard !rest.isEmpty, rest.utf8.count <= 64 else { return nil }
        if rest == "0" { return .zero }
        var sum: Int64 = 0
        while !rest.isEmpty {
            guard let part = nextPart(&rest) else { return nil }
            let (added, overflow) = sum.addingReportingOverflow(part)
            guard !overflow else { return nil }
            sum = added
        }
        return .nanoseconds(sum)
    }

    /// A number and its unit, in nanoseconds.
    private static func nextPart(_ rest: inout Substring) -> Int64? {
        let whole = take(&rest) { $0.isASCII && $0.isNumber }
        var fraction: Substring = ""
        if rest.first == "." {
            rest.removeFirst()
            fraction = take(&rest) { $0.isASCII && $0.isNumber }
            guard (1...longestFraction).contains(fraction.count) else { return nil }
        }
        let name = take(&rest) { $0.isASCII && $0.isLowercase }
        guard let number = Int64(whole), let unit = units.first(where: { $0.name == name })?.nanoseconds
        else {
            return nil
        }
        let (product, overflow) = number.multipliedReportingOverflow(by: unit)
        guard !overflow else { return nil }
        // At most 9 digits of at most an hour: below 2^63. What lies below a nanosecond is cut off.
        var shares: Int64 = 0
        var scale = unit
        for digit in fraction {
            scale /= 10
            shares += Int64(digit.wholeNumberValue ?? 0) * scale
        }
        let (sum, beyond) = product.addingReportingOverflow(shares)
        return beyond ? nil : sum
    }

    private static func take(_ rest: inout Substring, while belongs: (Character) -> Bool) -> Substring {
        let head = rest.prefix(while: belongs)
        rest = rest.dropFirst(head.count)
        return head
    }
}
