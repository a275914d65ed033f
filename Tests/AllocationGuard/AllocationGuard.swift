import CAllocations
import Foundation

/// Counts what the layers and the core ask memory for at a steady state, as they are built for use, and fails where
/// it is more than is written here. Counts do not depend on the machine's speed or its other work.
@main
struct AllocationGuard {
    /// Repetitions before the count begins, so that buffers have their size, and counted ones.
    static let rounds = 2_000
    private nonisolated(unsafe) static var kept: [[UInt8]] = []

    static func main() throws {
        let counted = Figure("an array") { _ in kept.append([UInt8](repeating: 1, count: 64)) }
        guard counted.allocations >= rounds else { throw Unexpected("nobody counts here") }
        let figures = try Layers.figures() + Core.figures()
        var isKept = true
        for figure in figures {
            let perThousand = Double(figure.allocations) * 1_000 / Double(rounds)
            let isWithin = perThousand <= figure.limit
            isKept = isKept && isWithin
            let word = isWithin ? "" : "  above \(figure.limit)"
            print("\(figure.name): \(String(format: "%.1f", perThousand)) allocations a thousand\(word)")
        }
        exit(isKept ? 0 : 1)
    }
}

struct Figure {
    let name: String
    let allocations: Int
    /// A thousand repetitions may ask so often.
    let limit: Double

    /// Runs the body, and again while its allocations are counted.
    init(_ name: String, limit: Double = 0, _ body: (Int) throws -> Void) rethrows {
        for round in 0..<AllocationGuard.rounds { try body(round) }
        allocations_begin()
        for round in AllocationGuard.rounds..<2 * AllocationGuard.rounds { try body(round) }
        allocations = allocations_end()
        self.name = name
        self.limit = limit
    }
}

/// What was measured is not what was meant.
struct Unexpected: Error {
    let what: String
    init(_ what: String) { self.what = what }
}
