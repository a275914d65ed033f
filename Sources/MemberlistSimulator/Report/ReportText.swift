internal import Memberlist

/// A report for people: a table that lines up, and the hash of the history as its last line.
public struct ReportText: Sendable, Hashable {
    /// The lines, without an end of the last.
    public let text: String

    /// Writes a report out.
    public init(_ report: SimulationReport) {
        var lines = [Self.title(report)]
        lines += Self.times(report)
        lines += Self.detection(report.detection)
        lines += Self.accuracy(report.accuracy)
        lines += Self.traffic(report.traffic)
        lines += Self.list("rules that were broken", report.violations)
        lines += Self.list("not as it should be", report.notes)
        lines.append("history \(report.history)")
        text = lines.joined(separator: "\n")
    }

    private static func title(_ report: SimulationReport) -> String {
        let summary = report.scenario.summary.isEmpty ? "" : ": \(report.scenario.summary)"
        let length = Duration.microseconds(Int64((report.virtualSeconds * 1_000_000).rounded())).shortText
        return "\(report.scenario.name)\(summary); \(report.nodes) nodes, \(length)".printable
    }

    private static func times(_ report: SimulationReport) -> [String] {
        let rows: [(String, Distribution?)] = [
            ("all nodes known, after the last join", report.convergence),
            ("all right on who is alive, after a part", report.recovery),
            ("crash found by the first", report.detection.first),
            ("crash known to each", report.detection.everyObserver),
        ]
        let head = row("seconds", ["count", "median", "99%", "99.9%", "longest"])
        return ["", head] + rows.map { row($0.0, cells($0.1)) }
    }

    private static func cells(_ times: Distribution?) -> [String] {
        guard let times else { return ["0", "-", "-", "-", "-"] }
        return ["\(times.count)"]
            + [times.median, times.percentile99, times.percentile999, times.maximum].map(seconds)
    }

    /// With three places, rounded down.
    private static func seconds(_ time: Duration) -> String {
        NumberText.fixed(time.nanoseconds / 1_000_000, places: 3)
    }

    private static func detection(_ detection: SimulationReport.Detection) -> [String] {
        ["", row("crashes", ["\(detection.crashes)"]), row("  found", ["\(detection.detected)"])]
    }

    private static func accuracy(_ accuracy: SimulationReport.Accuracy) -> [String] {
        [
            row("suspicions raised", ["\(accuracy.suspicions)"]),
            row("  and believed", ["\(accuracy.suspicionsBelieved)"]),
            row("refutations", ["\(accuracy.refutations)"]),
            row("false positives", ["\(accuracy.falsePositives)"]),
            row("  at nodes that were well", ["\(accuracy.falsePositivesAtWellNodes)"]),
            row("  while links were cut", ["\(accuracy.falsePositivesDuringCuts)"]),
        ]
    }

    private static func traffic(_ traffic: SimulationReport.TrafficRates) -> [String] {
        func rate(_ number: Double) -> String { NumberText.rounded(number, places: 3) }
        return [
            "",
            row("for each node and second", ["number", "bytes"]),
            row("datagrams", [rate(traffic.datagrams), rate(traffic.datagramBytes)]),
            row("streams", [rate(traffic.streams), rate(traffic.streamBytes)]),
            "",
        ]
    }

    private static func list(_ title: String, _ lines: [String]) -> [String] {
        lines.isEmpty ? [] : ["\(title):"] + lines.map { "  \($0)".printable } + [""]
    }

    private static func row(_ name: String, _ cells: [String]) -> String {
        func pad(_ count: Int) -> String { String(repeating: " ", count: max(0, count)) }
        return name + pad(40 - name.count) + cells.map { pad(10 - $0.count) + $0 }.joined()
    }
}
