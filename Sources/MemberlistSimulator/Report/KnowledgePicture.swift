/// Who knew what when, as an SVG: a row for each member, virtual time from left to right, and in each place the
/// shares of the others that believe it alive, suspect, gone, or do not know it.
///
/// One outcome gives one text, byte for byte.
public struct KnowledgePicture: Sendable, Hashable {
    /// The picture, as a text of less than 500,000 bytes.
    public let svg: String

    static let mostBytes = 490_000

    init(_ timeline: KnowledgeTimeline, scenario: String, seed: UInt64) {
        let frame = PictureFrame(timeline, title: "Who knew what when: \(scenario), seed \(seed)")
        var step = 1
        var text = frame.text(cells: Self.cells(timeline, frame, every: step))
        while text.utf8.count > Self.mostBytes, step < KnowledgeTimeline.mostColumns {
            step *= 2
            text = frame.text(cells: Self.cells(timeline, frame, every: step))
        }
        svg = text
    }

    /// One path a colour. Columns that are alike become one; of several columns the last one counts.
    private static func cells(_ timeline: KnowledgeTimeline, _ frame: PictureFrame, every step: Int) -> String
    {
        var paths = PicturePaths(stripHeight: frame.stripHeight)
        let columns = timeline.columns
        for row in timeline.subjects.indices {
            var start = 0
            while start < columns.count {
                let levels = Levels(
                    columns[min(start + step, columns.count) - 1][row],
                    height: frame.barHeight
                )
                var end = min(start + step, columns.count)
                while end < columns.count {
                    let next = min(end + step, columns.count)
                    guard Levels(columns[next - 1][row], height: frame.barHeight) == levels else { break }
                    end = next
                }
                paths.add(
                    levels,
                    x: frame.x(ofColumn: start),
                    end: frame.x(ofColumn: end),
                    top: frame.y(ofRow: row)
                )
                start = end
            }
        }
        return paths.text
    }
}

/// A cell in whole points: what is drawn, so that cells that look alike are alike.
struct Levels: Hashable {
    let alive: Int
    let suspect: Int
    let gone: Int
    let height: Int
    let process: KnowledgeTimeline.ProcessState

    init(_ cell: KnowledgeTimeline.Cell, height: Int) {
        func level(_ count: Int32) -> Int {
            guard cell.observers > 0 else { return 0 }
            return (Int(count) * height + Int(cell.observers) / 2) / Int(cell.observers)
        }
        // A single one that believes otherwise than all the rest is to be seen.
        func shown(_ count: Int32) -> Int { count > 0 ? max(1, level(count)) : 0 }
        gone = shown(cell.gone)
        suspect = min(shown(cell.suspect), height - gone)
        alive = min(level(cell.alive), height - gone - suspect)
        self.height = height
        process = cell.process
    }
}

/// The colours of a picture, one path each. They differ in brightness too (Okabe and Ito's, for all eyes).
struct PicturePaths {
    static let alive = "#56b4e9"
    static let suspect = "#e69f00"
    static let gone = "#333333"
    static let unknown = "#eeeeee"
    static let down = "#d55e00"
    static let held = "#cc79a7"

    let stripHeight: Int
    private var aliveCells = ""
    private var suspectCells = ""
    private var goneCells = ""
    private var downStrips = ""
    private var heldStrips = ""

    init(stripHeight: Int) {
        self.stripHeight = stripHeight
    }

    /// From the ground up: alive, suspect, gone; below it a strip where the member itself does not run.
    mutating func add(_ levels: Levels, x: Int, end: Int, top: Int) {
        var floor = top + levels.height
        func box(_ height: Int) -> String {
            guard height > 0 else { return "" }
            floor -= height
            return "M\(x) \(floor)h\(end - x)v\(height)h\(x - end)z"
        }
        aliveCells += box(levels.alive)
        // What is not known lies between, so that those that disagree stand at the top.
        floor = top + levels.gone + levels.suspect
        suspectCells += box(levels.suspect)
        goneCells += box(levels.gone)
        let strip = "M\(x) \(top + levels.height)h\(end - x)v\(stripHeight)h\(x - end)z"
        switch levels.process {
        case .running: break
        case .down: downStrips += strip
        case .held: heldStrips += strip
        }
    }

    var text: String {
        [
            (aliveCells, Self.alive), (suspectCells, Self.suspect), (goneCells, Self.gone),
            (downStrips, Self.down), (heldStrips, Self.held),
        ].filter { !$0.0.isEmpty }.map { "<path fill=\"\($0.1)\" d=\"\($0.0)\"/>\n" }.joined()
    }
}
