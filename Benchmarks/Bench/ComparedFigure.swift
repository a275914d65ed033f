import Foundation
import MemberlistSimulator
import SampleCluster

/// A row of the table: the medians of both sides.
struct ComparedFigure: Encodable {
    let name: String
    let unit: String
    let ours: Double?
    /// Nil where that side cannot do the work.
    let go: Double?
    let allocations: Double?
    /// Ours to theirs.
    var ratio: Double? {
        guard let ours, let go, go != 0 else { return nil }
        return ours / go
    }

    init(_ name: String, ours: [Figure], go: [Figure]) throws {
        guard let unit = ours.first?.unit else { throw Unexpected("\(name) was not measured") }
        for figure in go where figure.unit != unit {
            throw Unexpected("\(name): \(unit) on this side, \(figure.unit) on the other")
        }
        self.name = name
        self.unit = unit
        self.ours = Self.median(ours.map(\.value))
        self.go = Self.median(go.map(\.value))
        allocations = Self.median(ours.map(\.allocations))
    }

    /// Nil where one is nil: what fails once cannot be relied on.
    private static func median(_ values: [Double?]) -> Double? {
        let numbers = values.compactMap { $0 }
        return numbers.isEmpty || numbers.count < values.count ? nil : numbers.median
    }

    private enum Key: String, CodingKey {
        case name, unit, ours, go, ratio, allocations
    }

    /// What is not there is null, not missing.
    func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: Key.self)
        try fields.encode(name, forKey: .name)
        try fields.encode(unit, forKey: .unit)
        try fields.encode(ours, forKey: .ours)
        try fields.encode(go, forKey: .go)
        try fields.encode(ratio, forKey: .ratio)
        try fields.encode(allocations, forKey: .allocations)
    }

    static func table(_ figures: [ComparedFigure]) -> String {
        func text(_ number: Double?, _ format: String = "%.3g") -> String {
            number.map { $0 >= 1_000 ? String(format: "%.0f", $0) : String(format: format, $0) } ?? "-"
        }
        var table = TextTable(["", "unit", "ours", "Go", "ratio", "allocations"])
        for figure in figures {
            table.add([
                figure.name, figure.unit, text(figure.ours), text(figure.go), text(figure.ratio),
                text(figure.allocations),
            ])
        }
        return table.text
    }
}
