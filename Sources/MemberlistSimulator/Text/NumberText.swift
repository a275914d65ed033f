/// Numbers as people read them, from whole ones, so that they are alike on every machine.
package enum NumberText {
    /// So many of the smallest part that is shown: `fixed(1_234, places: 2)` is `12.34`.
    static func fixed(_ parts: Int64, places: Int) -> String {
        let (whole, rest) = parts.magnitude.quotientAndRemainder(dividingBy: powerOfTen(places))
        let digits = places > 0 ? "." + String(powerOfTen(places) + rest).dropFirst() : ""
        return (parts < 0 ? "-" : "") + "\(whole)" + digits
    }

    /// Rounded to so many places.
    package static func rounded(_ number: Double, places: Int) -> String {
        fixed(Int64((number * Double(powerOfTen(places))).rounded()), places: places)
    }

    /// Millionths, with as many places as they need.
    static func shortest(millionths: Int64) -> String {
        var text = fixed(millionths, places: 6)
        while text.hasSuffix("0") { text.removeLast() }
        if text.hasSuffix(".") { text.removeLast() }
        return text
    }

    /// `37.25 %` of the whole; `-` where there is no whole.
    static func percent(_ part: Int, of whole: Int) -> String {
        guard whole > 0 else { return "-" }
        let hundredths = (Int128(part) * 20_000 + Int128(whole)) / (Int128(whole) * 2)
        return "\(fixed(Int64(clamping: hundredths), places: 2)) %"
    }

    /// Seconds with two places, rounded.
    static func seconds(_ time: Duration) -> String {
        fixed((time.nanoseconds + 5_000_000) / 10_000_000, places: 2)
    }

    private static func powerOfTen(_ places: Int) -> UInt64 {
        (0..<places).reduce(1) { power, _ in power * 10 }
    }
}
