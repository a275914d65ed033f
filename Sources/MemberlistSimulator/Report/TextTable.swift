/// A table of words that lines up: the first column to the left, all others to the right.
struct TextTable: Sendable, Hashable {
    private var rows: [[String]]

    init(_ head: [String]) {
        rows = [head]
    }

    mutating func add(_ row: [String]) { rows.append(row) }

    /// One line a row; no line ends in blanks.
    var lines: [String] {
        let columns = rows.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in
            rows.map { $0.indices.contains(column) ? $0[column].count : 0 }.max() ?? 0
        }
        return rows.map { row in
            let cells = row.enumerated().map { column, cell in
                let pad = String(repeating: " ", count: widths[column] - cell.count)
                return column == 0 ? cell + pad : pad + cell
            }
            let line = cells.joined(separator: "  ")
            return String(line.prefix(line.count - line.reversed().prefix { $0 == " " }.count))
        }
    }

    var text: String { lines.joined(separator: "\n") }
}

/// Numbers as tables show them: rounded in one place, and alike on every machine.
enum NumberText {
    /// `37.25 %` of the whole; `-` where there is no whole.
    static func percent(_ part: Int, of whole: Int) -> String {
        guard whole > 0 else { return "-" }
        let hundredths = (Int128(part) * 20_000 + Int128(whole)) / (Int128(whole) * 2)
        return "\(hundredths / 100).\(String(Int(hundredths % 100) + 100).dropFirst()) %"
    }

    /// Seconds with two places, rounded.
    static func seconds(_ time: Duration) -> String {
        let hundredths = (time.nanoseconds + 5_000_000) / 10_000_000
        return "\(hundredths / 100).\(String(hundredths % 100 + 100).dropFirst())"
    }
}
