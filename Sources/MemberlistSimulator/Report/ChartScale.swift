internal import Foundation

/// Where numbers lie along an axis, in whole points, and which of them are written beside it.
struct ChartScale {
    struct Tick: Hashable {
        let place: Int
        let text: String
    }

    private let start: Int
    private let end: Int
    private let scale: LineChart.Scale
    /// The numbers at both ends: themselves, or their powers of ten.
    private let lowest: Double
    private let highest: Double
    /// The distance between ticks, where the axis is even.
    private let step: Double
    /// Points at the foot that belong to what is not above zero.
    private let foot: Int

    private static let footPoints = 28

    init(_ scale: LineChart.Scale, _ values: [Double], from start: Int, to end: Int) {
        self.scale = scale
        self.end = end
        switch scale {
        case .linear:
            step = Self.step(for: max(values.max() ?? 0, 0) - min(values.min() ?? 0, 0))
            lowest = (min(values.min() ?? 0, 0) / step).rounded(.down) * step
            highest = max((max(values.max() ?? 0, 0) / step).rounded(.up) * step, lowest + step)
            foot = start
            self.start = start
        case .logarithmic:
            let positive = values.filter { $0 > 0 }
            step = 1
            lowest = log10(positive.min() ?? 1).rounded(.down)
            highest = max(log10(positive.max() ?? 10).rounded(.up), lowest + 1)
            foot = start
            let hasZeros = positive.count < values.count
            self.start = hasZeros ? start + (end > start ? Self.footPoints : -Self.footPoints) : start
        }
    }

    /// 1, 2 or 5 of some power of ten, so that four to ten make up the range.
    private static func step(for range: Double) -> Double {
        guard range > 0 else { return 1 }
        let power = pow(10, log10(range / 5).rounded(.down))
        let candidates = [1, 2, 5, 10].map { $0 * power }
        return candidates.first { range / $0 <= 8 } ?? candidates[3]
    }

    func place(of value: Double) -> Int {
        switch scale {
        case .linear: return place(at: value)
        case .logarithmic: return value > 0 ? place(at: log10(value)) : foot
        }
    }

    private func place(at number: Double) -> Int {
        let share = (number - lowest) / (highest - lowest)
        return start + Int((share * Double(end - start)).rounded())
    }

    var ticks: [Tick] {
        let count = Int(((highest - lowest) / step).rounded())
        let numbers = (0...count).map { lowest + Double($0) * step }
        switch scale {
        case .linear: return numbers.map { Tick(place: place(at: $0), text: Self.text($0)) }
        case .logarithmic:
            let zero = foot == start ? [] : [Tick(place: foot, text: "0")]
            return zero + numbers.map { Tick(place: place(at: $0), text: Self.text(pow(10, $0))) }
        }
    }

    /// `250`, `0.05`, `20k`, `3M`.
    static func text(_ number: Double) -> String {
        let size = abs(number)
        if size >= 1_000_000 { return plain(number / 1_000_000) + "M" }
        if size >= 10_000 { return plain(number / 1_000) + "k" }
        return plain(number)
    }

    /// With as many places as it needs, six at most.
    private static func plain(_ number: Double) -> String {
        NumberText.shortest(millionths: Int64((number * 1_000_000).rounded()))
    }
}
