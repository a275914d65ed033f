import Foundation

/// What one run says of one row. Both sides print it as a line of JSON.
struct Figure: Codable {
    var name: String
    /// Nil where the work could not be done.
    var value: Double?
    var unit: String
    /// Times that memory was asked for, for each operation.
    var allocations: Double?
    /// Why there is no value.
    var reason: String?
    /// How often a node was taken for dead that lived: above 0 the machine was too busy for what was measured.
    var mistaken: Int?

    func named(_ name: String) -> Figure {
        var figure = self
        figure.name = name
        return figure
    }

    var line: String {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys]
            return String(decoding: try encoder.encode(self), as: UTF8.self)
        }
    }
}
