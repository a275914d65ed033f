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

/// What was measured is not what was meant.
struct Unexpected: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
