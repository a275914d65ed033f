import MemberlistSimulator
import Testing

/// Charts of experiments.
@Suite struct LineChartTests {
    private func chart(_ scale: LineChart.Scale, _ values: [Double]) -> LineChart {
        LineChart(
            title: "a < b & \"c\"",
            x: .init("nodes", scale),
            y: .init("seconds", scale),
            series: [
                .init("one & only", values.map { .init(x: $0, y: 2 * $0) }),
                .init("nothing", []),
            ]
        )
    }

    @Test(arguments: [LineChart.Scale.linear, .logarithmic])
    func itIsWellFormedAndSaysWhatItShows(scale: LineChart.Scale) {
        let reader = XMLReader(chart(scale, [1, 10, 250]).svg)
        #expect(reader.elements["svg"] == 1)
        #expect(reader.elements["circle"] == 3)
        for words in ["a < b & \"c\"", "nodes", "seconds", "one & only", "nothing", "100"] {
            #expect(reader.words.contains(words), "\(words) is missing")
        }
    }

    @Test(
        arguments: [LineChart.Scale.linear, .logarithmic],
        [[], [0], [5], [-3, 3], [.nan, .infinity, 1]]
    )
    func anyNumbersMakeAChart(scale: LineChart.Scale, values: [Double]) {
        let reader = XMLReader(chart(scale, values).svg)
        #expect(reader.elements["circle"] ?? 0 == values.filter(\.isFinite).count)
    }

    @Test func noTwoLinesLookTheSame() {
        let series = (0..<20).map { LineChart.Series("line \($0)", [.init(x: 1, y: 1), .init(x: 2, y: 2)]) }
        let chart = LineChart(title: "", x: .init("", .linear), y: .init("", .linear), series: series)
        let strokes = chart.svg.matches(
            of: /stroke-width="2" fill="none" (stroke="[^"]*"(?: stroke-dasharray="[^"]*")?) d=/
        ).map(\.1)
        // In the plot, and in the legend.
        #expect(strokes.count == 40 && Set(strokes).count == 20)
    }

    @Test func zeroHasItsOwnLineOnALogarithmicAxis() {
        #expect(!XMLReader(chart(.logarithmic, [1, 100]).svg).words.split(separator: "\n").contains("0"))
        #expect(XMLReader(chart(.logarithmic, [0, 100]).svg).words.split(separator: "\n").contains("0"))
    }

    @Test func largeNumbersAreShort() {
        let words = XMLReader(chart(.logarithmic, [10, 1_000_000]).svg).words
        #expect(words.contains("100k"))
        #expect(words.contains("1M"))
    }

    @Test func aLongNameHasRoom() {
        func width(_ name: String) -> Int {
            let chart = LineChart(title: "", x: .init("x"), y: .init("y"), series: [.init(name, [])])
            return chart.svg.split(separator: "\"").compactMap { Int($0) }.first ?? 0
        }
        #expect(width("short") == 760)
        #expect(width("a name of three dozen letters, or so") > 850)
    }

    @Test func equalChartsGiveEqualTexts() {
        #expect(chart(.linear, [1, 2]).svg == chart(.linear, [1, 2]).svg)
        #expect(chart(.linear, [1, 2]).svg != chart(.linear, [1, 3]).svg)
    }
}
