/// What one pattern of slowness led to in one configuration.
public struct LifeguardOutcome: Sendable, Hashable, Codable {
    /// The configuration.
    public let variant: LifeguardVariant
    /// The pattern.
    public let anomaly: LifeguardAnomaly
    /// How often a node, any node, declared one failed that was never blocked; the paper's FP.
    public let falsePositives: Int
    /// How often a node did so that was never blocked itself; the paper's FP-.
    public let falsePositivesAtHealthyNodes: Int
    /// Datagrams that all nodes sent.
    public let messages: Int
    /// Bytes of datagrams and streams, all layers included, without the headers of IP, UDP and TCP.
    public let bytes: Int
    /// The hash of all that happened.
    public let history: String
}

/// How long crashes of healthy nodes took to be found in a calm cluster.
public struct LifeguardDetection: Sendable, Hashable, Codable {
    /// The configuration.
    public let variant: LifeguardVariant
    /// Until the first of the others declared it failed.
    public let first: Distribution?
    /// Until the last of the others did.
    public let all: Distribution?
    /// Crashes that not all others had found by the end.
    public let missed: Int

    init(_ variant: LifeguardVariant, _ crashes: [CrashRun.Times]) {
        self.variant = variant
        first = Distribution(crashes.compactMap(\.first))
        all = Distribution(crashes.compactMap(\.all))
        missed = crashes.filter { $0.all == nil }.count
    }
}

/// What came of a ``LifeguardExperiment``.
public struct LifeguardReport: Sendable, Hashable, Codable {
    /// What every draw began with.
    public let seed: UInt64
    /// How many nodes each cluster had.
    public let nodes: Int
    /// Every pattern in every configuration.
    public let outcomes: [LifeguardOutcome]
    /// How fast crashes were found, by configuration.
    public let detection: [LifeguardDetection]

    /// All patterns of a configuration together.
    public struct Total: Sendable, Hashable {
        /// The paper's FP.
        public var falsePositives = 0
        /// The paper's FP-.
        public var falsePositivesAtHealthyNodes = 0
        /// Datagrams.
        public var messages = 0
        /// Bytes.
        public var bytes = 0
    }

    /// All patterns of a configuration together, or those with so many slow nodes.
    public func total(_ variant: LifeguardVariant, slowNodes: Int? = nil) -> Total {
        outcomes.reduce(into: Total()) { total, outcome in
            guard outcome.variant == variant, slowNodes == nil || outcome.anomaly.slowNodes == slowNodes
            else { return }
            total.falsePositives += outcome.falsePositives
            total.falsePositivesAtHealthyNodes += outcome.falsePositivesAtHealthyNodes
            total.messages += outcome.messages
            total.bytes += outcome.bytes
        }
    }

    /// How many nodes were slow, in turn.
    public var slowNodes: [Int] {
        Set(outcomes.map(\.anomaly.slowNodes)).sorted()
    }

    /// Tables for people.
    public var text: String {
        let patterns = outcomes.count / LifeguardVariant.allCases.count
        return """
            Lifeguard: \(nodes) nodes, \(patterns) \(patterns == 1 ? "pattern" : "patterns") of slowness, seed \(seed)

            \(accuracy.text)

            \(load.text)

            \(latency.text)
            """
    }

    private var accuracy: TextTable {
        var table = TextTable(["", "FP", "of SWIM's", "FP-", "of SWIM's"])
        let swim = total(.swim)
        for variant in LifeguardVariant.allCases {
            let total = total(variant)
            table.add([
                variant.title, "\(total.falsePositives)",
                NumberText.percent(total.falsePositives, of: swim.falsePositives),
                "\(total.falsePositivesAtHealthyNodes)",
                NumberText.percent(
                    total.falsePositivesAtHealthyNodes,
                    of: swim.falsePositivesAtHealthyNodes
                ),
            ])
        }
        return table
    }

    private var load: TextTable {
        var table = TextTable(["", "messages", "of SWIM's", "bytes", "of SWIM's"])
        let swim = total(.swim)
        for variant in LifeguardVariant.allCases {
            let total = total(variant)
            table.add([
                variant.title, "\(total.messages)", NumberText.percent(total.messages, of: swim.messages),
                "\(total.bytes)", NumberText.percent(total.bytes, of: swim.bytes),
            ])
        }
        return table
    }

    private var latency: TextTable {
        var table = TextTable([
            "seconds", "crashes", "first: median", "99%", "longest", "all: median", "99%", "longest",
        ])
        for row in detection {
            func cells(_ times: Distribution?) -> [String] {
                guard let times else { return ["-", "-", "-"] }
                return [times.median, times.percentile99, times.maximum].map(NumberText.seconds)
            }
            table.add([row.variant.title, "\(row.first?.count ?? 0)"] + cells(row.first) + cells(row.all))
        }
        return table
    }

    /// False positives by the number of slow nodes, a line for each configuration.
    public var chart: LineChart {
        LineChart(
            title: "False positives of \(nodes) nodes, some of them slow",
            x: .init("slow nodes"),
            y: .init("false positives, all patterns together", .logarithmic),
            series: LifeguardVariant.allCases.map { variant in
                LineChart.Series(
                    variant.title,
                    slowNodes.map {
                        .init(
                            x: Double($0),
                            y: Double(total(variant, slowNodes: $0).falsePositives)
                        )
                    }
                )
            }
        )
    }

    /// One JSON object.
    public func json() throws -> String { try ReportJSON.text(self) }
}
