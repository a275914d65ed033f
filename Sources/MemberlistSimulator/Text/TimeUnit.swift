/// Units in which people write times.
enum TimeUnit: String, CustomStringConvertible {
    case milliseconds, seconds, minutes

    var description: String { rawValue }

    private var microseconds: Int64 {
        switch self {
        case .milliseconds: 1_000
        case .seconds: 1_000_000
        case .minutes: 60_000_000
        }
    }

    /// A week.
    var most: Int64 { 604_800_000_000 / microseconds }

    /// To the microsecond; nil where it is negative or longer than a week.
    func duration(_ number: Double) -> Duration? {
        guard number >= 0, number <= Double(most) else { return nil }
        return .microseconds(Int64((number * Double(microseconds)).rounded()))
    }

    func number(_ duration: Duration) -> Double {
        Double(duration.nanoseconds / 1_000) / Double(microseconds)
    }
}

extension KeyedDecodingContainer {
    /// A time that is written in seconds; nil where none is.
    func decodeSecondsIfPresent(forKey key: Key) throws -> Duration? {
        guard let number = try decodeIfPresent(Double.self, forKey: key) else { return nil }
        guard let time = TimeUnit.seconds.duration(number) else {
            let words = "no time: \(number)"
            throw DecodingError.dataCorruptedError(forKey: key, in: self, debugDescription: words)
        }
        return time
    }

    /// A time that is written in seconds.
    func decodeSeconds(forKey key: Key) throws -> Duration {
        guard let time = try decodeSecondsIfPresent(forKey: key) else {
            let words = "no number of seconds"
            throw DecodingError.keyNotFound(key, .init(codingPath: codingPath, debugDescription: words))
        }
        return time
    }
}
