/// What several sizes gave, beside the theory.
public struct ScalingReport: Sendable, Codable {
    /// What every draw began with.
    public let seed: UInt64
    /// One a size, ascending.
    public let results: [ScalingResult]

    /// Runs the experiment for each size, the largest alone.
    ///
    /// - Parameters:
    ///   - sizes: How many nodes each cluster has.
    ///   - seed: What every draw begins with.
    ///   - joinsAll: Whether clusters of more than 5,000 are joined node by node too, which takes long.
    ///   - jobs: How many of the smaller ones run at once.
    ///   - progress: Told in a few words what is being done.
    public static func run(
        sizes: [Int],
        seed: UInt64,
        joinsAll: Bool = false,
        jobs: Int,
        progress: (String) -> Void = { _ in }
    ) async throws -> ScalingReport {
        let small = sizes.filter { $0 <= 2_000 }.sorted()
        progress("sizes up to 2,000")
        var results = try await ParallelRuns.map(small, jobs: jobs, progress: { _ in }) { nodes in
            try await ScalingExperiment(nodes: nodes, seed: seed).run()
        }
        for nodes in sizes.filter({ $0 > 2_000 }).sorted() {
            var experiment = ScalingExperiment(nodes: nodes, seed: seed)
            experiment.crashes = 3
            experiment.joinsWithin = nodes <= 5_000 || joinsAll ? .seconds(30) : nil
            results.append(try await experiment.run(progress: progress))
        }
        return ScalingReport(seed: seed, results: results)
    }

    /// One JSON object.
    public func json() throws -> String { try ReportJSON.text(self) }
}

/// What theory says of HashiCorp's settings for a local network: a probe each second, gossip to three each 200 ms.
enum ScalingTheory {
    /// A ping and an ack a period.
    static let datagramsPerSecond = 2.0
    /// Seconds until somebody suspects.
    static let firstSuspicion = Reckoning.firstProbe

    /// Seconds of the shortest suspicion, which three confirmations lead to.
    static func suspicion(_ nodes: Int) -> Double {
        Reckoning.shortestSuspicion(multiplier: 4, members: nodes)
    }

    /// Seconds until a piece of news has reached all.
    static func dissemination(_ nodes: Int) -> Double {
        0.2 * Reckoning.rounds(members: nodes, tellingEach: 3)
    }
}

extension ScalingReport {
    /// A table for a person.
    public var text: String {
        var table = TextTable(
            [
                "nodes", "datagrams/s", "(theory)", "bytes/s", "+ streams", "suspected", "(theory)",
                "declared",
                "by all", "spread", "(theory)", "mass join", "bytes each", "real s",
            ])
        for result in results { table.add(Self.row(result)) }
        return table.text + "\n" + Self.legend
    }

    private static func row(_ result: ScalingResult) -> [String] {
        [
            "\(result.nodes)",
            text(result.datagramsPerNodeSecond), text(ScalingTheory.datagramsPerSecond),
            text(result.bytesPerNodeSecond, 0), text(result.streamBytesPerNodeSecond, 0),
            text(mean(result.firstSuspicions)), text(ScalingTheory.firstSuspicion),
            text(mean(result.firstFailures)), text(mean(result.disseminations)),
            text(mean(result.spreads)), text(ScalingTheory.dissemination(result.nodes)),
            text(result.convergence), text(result.joinBytesPerNode, 0),
            text(result.realSeconds + result.joinRealSeconds, 0),
        ]
    }

    private static let legend = """
        Per node and second of an idle cluster; seconds from a crash until it was suspected, declared failed by the
        first and by all (means); spread is from the first to the last; mass join is from the last join until all
        knew all, and what each node sent by then. Streams carry all members: they grow with the size.
        """

    private static func mean(_ seconds: [Double]) -> Double? {
        seconds.isEmpty ? nil : seconds.reduce(0, +) / Double(seconds.count)
    }

    private static func text(_ number: Double?, _ places: Int = 2) -> String {
        number.map { NumberText.rounded($0, places: places) } ?? "-"
    }

    /// Seconds by size: what was measured, and the theory.
    public var times: LineChart {
        func series(_ name: String, _ value: (ScalingResult) -> Double?) -> LineChart.Series {
            LineChart.Series(
                name,
                results.compactMap { result in
                    value(result).map { LineChart.Point(x: Double(result.nodes), y: $0) }
                }
            )
        }
        return LineChart(
            title: "A crash and a mass join, by cluster size",
            x: .init("nodes", .logarithmic),
            y: .init("seconds"),
            series: [
                series("first suspected") { Self.mean($0.firstSuspicions) },
                series("theory: e/(e - 1) periods") { _ in ScalingTheory.firstSuspicion },
                series("declared failed by all") { Self.mean($0.disseminations) },
                series("theory: suspected, 4 log n, gossip") {
                    ScalingTheory.firstSuspicion + ScalingTheory.suspicion($0.nodes)
                        + ScalingTheory.dissemination($0.nodes)
                },
                series("all know all after a mass join") { $0.convergence },
            ]
        )
    }

    /// Bytes that a node sends in a second of an idle cluster, by size.
    public var load: LineChart {
        LineChart(
            title: "What an idle node sends, by cluster size",
            x: .init("nodes", .logarithmic),
            y: .init("bytes a second"),
            series: [
                LineChart.Series(
                    "datagrams",
                    results.map { LineChart.Point(x: Double($0.nodes), y: $0.bytesPerNodeSecond) }
                ),
                LineChart.Series(
                    "state exchanges",
                    results.map { LineChart.Point(x: Double($0.nodes), y: $0.streamBytesPerNodeSecond) }
                ),
            ]
        )
    }
}
