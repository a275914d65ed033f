import CAllocations
import Foundation
import SampleCluster

/// What layers and core cost at a steady state, as they are built for use, in numbers that do not depend on the
/// machine's speed or its other work.
///
///     CostGuard                  counts what each work asks memory for; fails where that is more than it may be
///     CostGuard ROUNDS           the same over so many of each
///     CostGuard NAME ROUNDS      does one work so often, for an instruction counter around this program
@main
struct CostGuard {
    static func main() throws {
        let arguments = CommandLine.arguments.dropFirst()
        if let name = arguments.first, let rounds = arguments.dropFirst().first.flatMap({ Int($0) }) {
            Figure.mode = .repeating(name, rounds)
            let figures = try Layers.figures() + Core.figures() + States.figures()
            guard figures.contains(where: { $0.name == name }) else {
                throw Unexpected("no work is named \(name)")
            }
        } else {
            if let rounds = arguments.first.flatMap({ Int($0) }) { Figure.rounds = max(1, rounds) }
            try countAllocations()
        }
    }

    private nonisolated(unsafe) static var kept: [[UInt8]] = []

    private static func countAllocations() throws {
        let counted = Figure("an array") { _ in kept.append([UInt8](repeating: 1, count: 64)) }
        guard counted.allocations >= Figure.rounds else { throw Unexpected("nobody counts here") }
        let figures = try Layers.figures() + Core.figures() + States.figures()
        var isKept = true
        for figure in figures {
            let perThousand = Double(figure.allocations) * 1_000 / Double(Figure.rounds)
            let isWithin = perThousand <= figure.limit
            isKept = isKept && isWithin
            let word = isWithin ? "" : "  above \(figure.limit)"
            print("\(figure.name): \(String(format: "%.1f", perThousand)) allocations a thousand\(word)")
        }
        exit(isKept ? 0 : 1)
    }
}

struct Figure {
    enum Mode {
        case counting
        /// The work of that name alone, so often.
        case repeating(String, Int)
    }

    nonisolated(unsafe) static var mode = Mode.counting
    /// Counted repetitions.
    nonisolated(unsafe) static var rounds = 2_000
    /// Those before the count begins, so that buffers have their size.
    private static let warming = 2_000

    let name: String
    let allocations: Int
    /// A thousand repetitions may ask so often.
    let limit: Double

    /// Runs the body, and again while its allocations are counted.
    init(_ name: String, limit: Double = 0, _ body: (Int) throws -> Void) rethrows {
        self.name = name
        self.limit = limit
        switch Self.mode {
        case .counting:
            for round in 0..<Self.warming { try body(round) }
            allocations_begin()
            for round in Self.warming..<Self.warming + Self.rounds { try body(round) }
            allocations = allocations_end()
        case .repeating(name, let rounds):
            for round in 0..<rounds { try body(round) }
            allocations = 0
        case .repeating:
            allocations = 0
        }
    }
}
