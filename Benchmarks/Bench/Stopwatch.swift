import CAllocations

/// Repeats work for about so long, and says what one repetition takes: the median of many batches, so that what else
/// the machine does counts little.
struct Stopwatch {
    let seconds: Double

    /// - Parameters:
    ///   - batch: Repetitions between two looks at the clock.
    ///   - scale: Units in a second: 1,000,000 for microseconds.
    ///   - prepare: What each batch needs and does not count.
    ///   - work: One repetition.
    func measure(
        _ name: String,
        unit: String,
        per scale: Double,
        batch: Int,
        prepare: () throws -> Void = {},
        _ work: (Int) throws -> Void
    ) throws -> Figure {
        // Buffers get their size, caches their contents.
        try prepare()
        for round in 0..<batch { try work(round) }
        var times: [Double] = []
        let clock = ContinuousClock()
        let end = clock.now + .seconds(seconds)
        repeat {
            try prepare()
            let start = clock.now
            for round in 0..<batch { try work(round) }
            times.append((clock.now - start) / .seconds(1) / Double(batch))
        } while clock.now < end || times.count < 5
        try prepare()
        allocations_begin()
        for round in 0..<batch { try work(round) }
        let allocations = allocations_end()
        return Figure(
            name: name,
            value: times.median * scale,
            unit: unit,
            allocations: Double(allocations) / Double(batch)
        )
    }
}

extension Array where Element == Double {
    /// 0 of none.
    var median: Double {
        guard !isEmpty else { return 0 }
        let sorted = sorted()
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }
}
