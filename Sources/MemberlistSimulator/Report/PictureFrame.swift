/// What stands around the cells of a picture: title, names, axis, faults and legend. All in whole points.
struct PictureFrame {
    private static let left = 90
    private static let top = 96
    private static let columnWidth = 2
    private static let plotWidth = KnowledgeTimeline.mostColumns * columnWidth
    private static let width = left + plotWidth + 30
    private static let lanes = 3

    private let timeline: KnowledgeTimeline
    private let title: String
    private let rowHeight: Int

    init(_ timeline: KnowledgeTimeline, title: String) {
        self.timeline = timeline
        self.title = title
        rowHeight = timeline.subjects.count <= 32 ? 18 : timeline.subjects.count <= 64 ? 12 : 8
    }

    /// Points of a row that show whether the member itself runs.
    var stripHeight: Int { rowHeight > 8 ? 3 : 1 }
    /// Points of a row that show beliefs; below them are the strip and a gap.
    var barHeight: Int { rowHeight - stripHeight - 1 }

    func x(ofColumn column: Int) -> Int { Self.left + column * Self.columnWidth }
    func y(ofRow row: Int) -> Int { Self.top + row * rowHeight }

    private func x(of time: Duration) -> Int {
        let share =
            Int128(time.nanoseconds) * Int128(Self.plotWidth) / Int128(max(1, timeline.length.nanoseconds))
        return Self.left + Int(share)
    }

    private var bottom: Int { y(ofRow: timeline.subjects.count) }
    private var height: Int { bottom + 74 }

    func text(cells: String) -> String {
        """
        <svg xmlns="http://www.w3.org/2000/svg" width="\(Self.width)" height="\(height)" \
        viewBox="0 0 \(Self.width) \(height)" font-family="sans-serif" font-size="11">
        <title>\(title.xml)</title>
        <rect width="100%" height="100%" fill="#ffffff"/>
        <text x="\(Self.left)" y="24" font-size="16" font-weight="bold">\(title.xml)</text>
        <text x="\(Self.left)" y="42" fill="#555555">\(subtitle.xml)</text>
        <rect x="\(Self.left)" y="\(Self.top)" width="\(Self.plotWidth)" height="\(bottom - Self.top)" \
        fill="\(PicturePaths.unknown)"/>
        \(cells)\(gaps)\(names)\(faults)\(axis)\(legend)</svg>

        """
    }

    private var subtitle: String {
        let shown = timeline.subjects.count
        let rows =
            shown < timeline.nodes
            ? "\(shown) of \(timeline.nodes) members, evenly chosen" : "\(shown) members"
        return "\(rows), over \(timeline.length.shortText) of virtual time"
    }

    /// White between the rows, in one path.
    private var gaps: String {
        let lines = timeline.subjects.indices.map { row in
            "M\(Self.left) \(y(ofRow: row) + rowHeight - 1)h\(Self.plotWidth)v1h-\(Self.plotWidth)z"
        }
        return "<path fill=\"#ffffff\" d=\"\(lines.joined())\"/>\n"
    }

    /// Every row's name, or as many as have room.
    private var names: String {
        let every = (12 + rowHeight - 1) / rowHeight
        let lines = timeline.subjects.enumerated().filter { $0.offset % every == 0 }.map { row, node in
            "<text x=\"\(Self.left - 6)\" y=\"\(y(ofRow: row) + barHeight / 2 + 4)\">node-\(node)</text>\n"
        }
        return "<g text-anchor=\"end\" font-size=\"10\">\n\(lines.joined())</g>\n"
    }

    // MARK: Faults

    /// Faults by the column in which they fell, in the order of time.
    private var marks: [(x: Int, text: String)] {
        var texts: [Int: [String]] = [:]
        for mark in timeline.marks { texts[x(of: mark.time), default: []].append(mark.text) }
        var ends: [Int: (crashes: Int, restarts: Int)] = [:]
        for crash in timeline.crashes {
            ends[x(of: crash.time), default: (0, 0)].crashes += crash.isRestart ? 0 : 1
            ends[x(of: crash.time), default: (0, 0)].restarts += crash.isRestart ? 1 : 0
        }
        for (x, count) in ends {
            if count.crashes > 0 { texts[x, default: []].append("\(count.crashes) crashed") }
            if count.restarts > 0 { texts[x, default: []].append("\(count.restarts) restarted") }
        }
        return texts.sorted { $0.key < $1.key }.map { ($0.key, $0.value.joined(separator: "; ")) }
    }

    /// A line each, and its words where there is room for them.
    private var faults: String {
        var taken = [Int](repeating: 0, count: Self.lanes)
        var lines = ""
        var words = ""
        for (x, text) in marks {
            lines += "M\(x) \(Self.top - 4)V\(bottom)"
            let short = text.count > 44 ? String(text.prefix(42)) + "…" : text
            let needed = short.count * 6 + 12
            let start = min(x, Self.width - needed)
            guard let lane = taken.firstIndex(where: { $0 <= start }) else { continue }
            taken[lane] = start + needed
            words += "<text x=\"\(start + 2)\" y=\"\(Self.top - 8 - lane * 12)\">\(short.xml)</text>\n"
        }
        guard !lines.isEmpty else { return "" }
        return "<path stroke=\"#000000\" stroke-dasharray=\"3 3\" fill=\"none\" d=\"\(lines)\"/>\n"
            + "<g font-size=\"10\">\n\(words)</g>\n"
    }

    // MARK: Axis and legend

    private static let steps: [Int64] = [
        1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 30_000, 60_000, 120_000,
        300_000,
        600_000, 1_200_000, 1_800_000, 3_600_000, 7_200_000, 14_400_000, 28_800_000, 86_400_000,
    ]

    private var axis: String {
        let length = timeline.length.nanoseconds / 1_000_000
        let step = Self.steps.first { length / $0 <= 12 } ?? 86_400_000
        var ticks = "M\(Self.left) \(bottom)h\(Self.plotWidth)"
        var words = ""
        for time in stride(from: 0, through: length, by: Int(step)) {
            let x = x(of: .milliseconds(time))
            ticks += "M\(x) \(bottom)v5"
            words += "<text x=\"\(x)\" y=\"\(bottom + 18)\">\(Duration.milliseconds(time).shortText)</text>\n"
        }
        return
            "<path stroke=\"#000000\" fill=\"none\" d=\"\(ticks)\"/>\n<g text-anchor=\"middle\">\n\(words)</g>\n"
    }

    private var legend: String {
        let entries = [
            ("believed alive", PicturePaths.alive), ("suspect", PicturePaths.suspect),
            ("dead or left", PicturePaths.gone), ("not known", PicturePaths.unknown),
            ("strip: does not run", PicturePaths.down), ("strip: its messages are held", PicturePaths.held),
        ]
        var x = Self.left
        let y = bottom + 38
        var text = ""
        for (words, colour) in entries {
            text +=
                "<rect x=\"\(x)\" y=\"\(y)\" width=\"12\" height=\"12\" fill=\"\(colour)\" stroke=\"#888888\"/>\n"
                + "<text x=\"\(x + 17)\" y=\"\(y + 10)\">\(words)</text>\n"
            x += 34 + words.count * 6
        }
        let note =
            "a row's height is all other nodes that run; one that differs from the rest is always shown"
        return text + "<text x=\"\(Self.left)\" y=\"\(y + 28)\" fill=\"#555555\">\(note)</text>\n"
    }
}
