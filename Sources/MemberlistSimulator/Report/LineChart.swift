/// Lines over two axes, as an SVG. Equal charts give equal texts, byte for byte.
public struct LineChart: Sendable, Hashable {
    /// How an axis is divided.
    public enum Scale: Sendable, Hashable {
        /// Evenly, from zero.
        case linear
        /// By powers of ten. What is not above zero is drawn on a line of its own at the axis' foot.
        case logarithmic
    }

    /// One of the two axes.
    public struct Axis: Sendable, Hashable {
        /// What is measured along it, and in what unit.
        public let title: String
        /// How it is divided.
        public let scale: Scale

        /// An axis.
        public init(_ title: String, _ scale: Scale = .linear) {
            self.title = title
            self.scale = scale
        }
    }

    /// A measured place.
    public struct Point: Sendable, Hashable {
        /// Along the horizontal axis.
        public let x: Double
        /// Along the vertical axis.
        public let y: Double

        /// A place.
        public init(x: Double, y: Double) {
            self.x = x
            self.y = y
        }
    }

    /// Points that belong together: one line, one entry of the legend.
    public struct Series: Sendable, Hashable {
        /// As the legend calls it.
        public let name: String
        /// In the order in which the line goes through them.
        public let points: [Point]

        /// A series. Points that are no numbers are left out.
        public init(_ name: String, _ points: [Point]) {
            self.name = name
            self.points = points.filter { $0.x.isFinite && $0.y.isFinite }
        }
    }

    /// What stands above it.
    public let title: String
    /// The horizontal axis.
    public let x: Axis
    /// The vertical axis.
    public let y: Axis
    /// The lines, in the order of the legend.
    public let series: [Series]

    /// A chart.
    public init(title: String, x: Axis, y: Axis, series: [Series]) {
        self.title = title
        self.x = x
        self.y = y
        self.series = series
    }

    private static let left = 92
    private static let end = 592
    private static let top = 52
    private static let plotHeight = 340
    private static let bottom = 64
    /// Okabe and Ito's, for all eyes; lines differ in their dashes too.
    private static let colours = [
        "#000000", "#0072b2", "#009e73", "#e69f00", "#d55e00", "#cc79a7", "#56b4e9",
    ]
    private static let dashes = ["", "8 4", "2 3", "10 3 2 3", "14 5", "5 2", "1 2"]

    /// Room for the longest name of the legend, at seven points a letter.
    private var width: Int { Self.end + max(168, 60 + 7 * (series.map(\.name.count).max() ?? 0)) }

    /// The picture.
    public var svg: String {
        let height = Self.top + Self.plotHeight + Self.bottom
        let across = ChartScale(
            x.scale,
            series.flatMap { $0.points.map(\.x) },
            from: Self.left,
            to: Self.end
        )
        let up = ChartScale(
            y.scale,
            series.flatMap { $0.points.map(\.y) },
            from: Self.top + Self.plotHeight,
            to: Self.top
        )
        return """
            <svg xmlns="http://www.w3.org/2000/svg" width="\(width)" height="\(height)" \
            viewBox="0 0 \(width) \(height)" font-family="sans-serif" font-size="12">
            <title>\(title.xml)</title>
            <rect width="100%" height="100%" fill="#ffffff"/>
            <text x="\(Self.left)" y="28" font-size="16" font-weight="bold">\(title.xml)</text>
            \(grid(across, up))\(titles)\(lines(across, up))\(legend)</svg>

            """
    }

    private func grid(_ across: ChartScale, _ up: ChartScale) -> String {
        let (floor, ceiling) = (Self.top + Self.plotHeight, Self.top)
        let (start, end) = (Self.left, Self.end)
        var rules = ""
        var words = ""
        for tick in across.ticks {
            rules += "M\(tick.place) \(ceiling)V\(floor + 5)"
            words +=
                "<text x=\"\(tick.place)\" y=\"\(floor + 20)\" text-anchor=\"middle\">\(tick.text)</text>\n"
        }
        for tick in up.ticks {
            rules += "M\(start - 5) \(tick.place)H\(end)"
            words +=
                "<text x=\"\(start - 10)\" y=\"\(tick.place + 4)\" text-anchor=\"end\">\(tick.text)</text>\n"
        }
        let frame = "M\(start) \(ceiling)V\(floor)H\(end)"
        return "<path stroke=\"#dddddd\" fill=\"none\" d=\"\(rules)\"/>\n"
            + "<path stroke=\"#000000\" fill=\"none\" d=\"\(frame)\"/>\n<g>\n\(words)</g>\n"
    }

    private var titles: String {
        let middle = (Self.left + Self.end) / 2
        let centre = Self.top + Self.plotHeight / 2
        return
            "<text x=\"\(middle)\" y=\"\(Self.top + Self.plotHeight + 46)\" text-anchor=\"middle\">"
            + "\(x.title.xml)</text>\n"
            + "<text x=\"20\" y=\"\(centre)\" text-anchor=\"middle\" transform=\"rotate(-90 20 \(centre))\">"
            + "\(y.title.xml)</text>\n"
    }

    private func lines(_ across: ChartScale, _ up: ChartScale) -> String {
        series.enumerated().map { index, series in
            let places = series.points.map { "\(across.place(of: $0.x)) \(up.place(of: $0.y))" }
            guard let first = places.first else { return "" }
            let path = "M\(first)" + places.dropFirst().map { "L\($0)" }.joined()
            let dots = places.map { place in
                let numbers = place.split(separator: " ")
                return "<circle cx=\"\(numbers[0])\" cy=\"\(numbers[1])\" r=\"3\"/>"
            }
            return "<path stroke-width=\"2\" fill=\"none\" \(Self.stroke(index)) d=\"\(path)\"/>\n"
                + "<g fill=\"\(Self.colours[index % Self.colours.count])\">\(dots.joined())</g>\n"
        }.joined()
    }

    private var legend: String {
        series.enumerated().map { index, series in
            let (x, y) = (Self.end + 18, Self.top + 12 + index * 22)
            return "<path stroke-width=\"2\" fill=\"none\" \(Self.stroke(index)) d=\"M\(x) \(y)h28\"/>\n"
                + "<text x=\"\(x + 36)\" y=\"\(y + 4)\">\(series.name.xml)</text>\n"
        }.joined()
    }

    private static func stroke(_ index: Int) -> String {
        // With the colours anew, each has the next one's dashes.
        let dash = dashes[(index + index / colours.count) % dashes.count]
        return "stroke=\"\(colours[index % colours.count])\""
            + (dash.isEmpty ? "" : " stroke-dasharray=\"\(dash)\"")
    }
}
