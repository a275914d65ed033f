/// How some times are spread. Each value is one of the times: the smallest that no fewer than that share of all
/// reach (nearest rank).
public struct Distribution: Sendable, Hashable {
    /// How many times there are; at least one.
    public let count: Int
    /// Half of all are no longer.
    public let median: Duration
    /// 99 in a hundred are no longer.
    public let percentile99: Duration
    /// 999 in a thousand are no longer.
    public let percentile999: Duration
    /// The longest.
    public let maximum: Duration

    /// The spread of some times, to the microsecond; nil where there is none.
    public init?(_ times: [Duration]) {
        guard !times.isEmpty else { return nil }
        let sorted = times.map { Duration.microseconds($0.nanoseconds / 1_000) }.sorted()
        func rank(_ perMille: Int) -> Duration {
            sorted[max(0, (sorted.count * perMille + 999) / 1_000 - 1)]
        }
        count = sorted.count
        median = rank(500)
        percentile99 = rank(990)
        percentile999 = rank(999)
        maximum = sorted[sorted.count - 1]
    }
}

extension Distribution: Codable {
    private enum CodingKeys: String, CodingKey {
        case count
        case median = "medianSeconds"
        case percentile99 = "percentile99Seconds"
        case percentile999 = "percentile999Seconds"
        case maximum = "maximumSeconds"
    }

    /// Reads times in seconds.
    public init(from decoder: any Decoder) throws {
        let object = try decoder.container(keyedBy: CodingKeys.self)
        count = try object.decode(Int.self, forKey: .count)
        median = try object.decodeSeconds(forKey: .median)
        percentile99 = try object.decodeSeconds(forKey: .percentile99)
        percentile999 = try object.decodeSeconds(forKey: .percentile999)
        maximum = try object.decodeSeconds(forKey: .maximum)
    }

    /// Writes times in seconds.
    public func encode(to encoder: any Encoder) throws {
        var object = encoder.container(keyedBy: CodingKeys.self)
        try object.encode(count, forKey: .count)
        try object.encode(TimeUnit.seconds.number(median), forKey: .median)
        try object.encode(TimeUnit.seconds.number(percentile99), forKey: .percentile99)
        try object.encode(TimeUnit.seconds.number(percentile999), forKey: .percentile999)
        try object.encode(TimeUnit.seconds.number(maximum), forKey: .maximum)
    }
}
