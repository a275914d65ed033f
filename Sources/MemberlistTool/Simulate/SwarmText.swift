import MemberlistSimulator

/// What is said of a run of many seeds.
enum SwarmText {
    /// So many seeds meet every fault and every rare path, or something keeps them from it.
    static let enough = 300
    private static let columns = 3
    private static let year: Duration = .seconds(31_557_600)

    /// A seed that broke a rule, and how to see it again.
    static func failure(_ outcome: SwarmOutcome) -> String {
        let first = outcome.violations.first.map { "\($0)" } ?? ""
        return "seed \(outcome.seed) failed with \(outcome.nodes) nodes at \(first); see it with "
            + "'\(replay(outcome))'"
    }

    /// The command that runs one seed again, with its log.
    static func replay(_ outcome: SwarmOutcome) -> String { "memberlist simulate --seed \(outcome.seed)" }

    static func names(_ paths: [Coverage.Path]) -> String {
        paths.map(\.rawValue).joined(separator: ", ")
    }

    /// The summary of a run, in lines.
    static func lines(_ summary: SwarmSummary, took: Duration) -> [String] {
        let rate = summary.runs > 0 ? Double(summary.runs) / max(took / .seconds(1), 0.001) : 0
        var lines = ["how often each fault and each rare path was met:"] + table(summary.coverage)
        if let times = Distribution(summary.convergences) {
            lines.append(
                "all agreed after the faults within \(times.median) (median), \(times.percentile99) (99%), "
                    + "\(times.maximum) (longest)"
            )
        }
        lines.append(
            "\(summary.runs) seeds in \(NumberText.rounded(took / .seconds(1), places: 1)) s, \(NumberText.rounded(rate, places: 1)) a second; "
                + "\(NumberText.rounded(summary.virtualTime / year, places: 4)) years of virtual time, "
                + "\(summary.datagrams) datagrams"
        )
        if !summary.unmet.isEmpty {
            let isEnough = summary.runs >= enough
            lines.append(
                "never met: \(names(summary.unmet))"
                    + (isEnough ? "" : "; fewer than \(enough) seeds need not meet all")
            )
        }
        let seeds = summary.failed.map { "\($0.seed)" }
        lines.append(
            seeds.isEmpty
                ? "no seed broke a rule" : "seeds that broke a rule: \(seeds.joined(separator: " "))"
        )
        return lines
    }

    /// Names and counts in columns.
    private static func table(_ coverage: Coverage) -> [String] {
        let met = Coverage.Path.allCases.filter { coverage[$0] > 0 }
        let name = met.map(\.rawValue.count).max() ?? 0
        let count = met.map { "\(coverage[$0])".count }.max() ?? 0
        let cells = met.map { path in
            let number = "\(coverage[path])"
            return path.rawValue + spaces(name - path.rawValue.count + 1 + count - number.count) + number
        }
        let rows = (cells.count + columns - 1) / columns
        return (0..<rows).map { row in
            "  " + stride(from: row, to: cells.count, by: rows).map { cells[$0] }.joined(separator: "   ")
        }
    }

    private static func spaces(_ count: Int) -> String { String(repeating: " ", count: max(0, count)) }
}
