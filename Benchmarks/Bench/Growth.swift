import ArgumentParser
import Foundation
import MemberlistSimulator
import SampleCluster

/// What each piece of work costs as the cluster grows.
struct Growth: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measure this library's side at 100 to 100,000 members, and draw it."
    )

    @Option(help: "The folder that `bench inputs` wrote.")
    var inputs: String

    @Option(help: "Where to write the picture, as SVG.")
    var picture: String

    @Option(help: "About how long to measure each, in seconds.")
    var seconds: Double = 1

    static let sizes = [100, 1_000, 10_000, 100_000]

    func run() throws {
        let inputs = try Inputs(readFrom: inputs)
        var table = TextTable(["us; kB"] + Self.sizes.map { "\($0)" })
        var series: [LineChart.Series] = []
        for work in GrowthWork.all {
            let points = try Self.sizes.map { size in
                LineChart.Point(x: Double(size), y: try work.cost(inputs, size, seconds))
            }
            table.add([work.name] + points.map { String(format: "%.3g", $0.y) })
            series.append(LineChart.Series(work.name, points))
        }
        print(table.text)
        let chart = LineChart(
            title: "What one costs as the cluster grows",
            x: LineChart.Axis("members", .logarithmic),
            y: LineChart.Axis("microseconds; kilobytes of what is held", .logarithmic),
            series: series
        )
        try Data(chart.svg.utf8).write(to: URL(fileURLWithPath: picture))
    }
}

/// A piece of work that can be measured at any size.
struct GrowthWork: Sendable {
    let name: String
    /// In microseconds, or in kilobytes where it is memory.
    let cost: @Sendable (Inputs, Int, Double) throws -> Double

    private init(_ name: String, _ measure: @escaping @Sendable (Inputs, Int, Double) throws -> Figure) {
        self.name = name
        cost = { inputs, size, seconds in
            let figure = try measure(inputs, size, seconds)
            guard let value = figure.value else { throw Unexpected("\(name) has no value") }
            return figure.unit == "ms" ? value * 1_000 : value
        }
    }

    static let all = [
        GrowthWork("seal") {
            try DatagramRows.seal($0, members: $1, compresses: true, seconds: $2)
        },
        GrowthWork("seal, encrypted only") {
            try DatagramRows.seal($0, members: $1, compresses: false, seconds: $2)
        },
        GrowthWork("open and hear") { try DatagramRows.open($0, members: $1, seconds: $2) },
        GrowthWork("refuse, eight keys") { try DatagramRows.refuse($0, members: $1, seconds: $2) },
        GrowthWork("state out") { try StateRows($0, members: $1).sendOut(seconds: $2) },
        GrowthWork("state out, all anew") {
            try StateRows($0, members: $1).sendOut(afresh: true, seconds: $2)
        },
        GrowthWork("state in") { try StateRows($0, members: $1).takeIn(seconds: $2) },
        GrowthWork("merge, no news") { try StateRows($0, members: $1).merge(seconds: $2) },
        GrowthWork("queue and fill") { try QueueRow.measure(entries: $1, seconds: $2) },
        GrowthWork("hear an alive") { try StepRows.hear(members: $1, seconds: $2) },
        GrowthWork("answer a ping") { try StepRows.answer(members: $1, seconds: $2) },
        GrowthWork("a second at rest") { try StepRows.probe(members: $1, seconds: $2) },
        GrowthWork("held in memory") { _, size, _ in try StepRows.memory(members: size) },
    ]
}
