/// Runs that have nothing to do with each other, on several cores; what comes of them is in the order of the work.
enum ParallelRuns {
    /// - Parameters:
    ///   - jobs: How many run at once.
    ///   - progress: Told which share is done, 0 to 1.
    static func map<Work: Sendable, Outcome: Sendable>(
        _ work: [Work],
        jobs: Int,
        progress: (Double) -> Void,
        _ run: @escaping @Sendable (Work) async throws -> Outcome
    ) async throws -> [Outcome] {
        var outcomes = [Outcome?](repeating: nil, count: work.count)
        try await withThrowingTaskGroup(of: (Int, Outcome).self) { group in
            var next = 0
            var done = 0
            func start() {
                guard next < work.count else { return }
                let place = next
                next += 1
                group.addTask { (place, try await run(work[place])) }
            }
            for _ in 0..<max(1, jobs) { start() }
            while let (place, outcome) = try await group.next() {
                outcomes[place] = outcome
                done += 1
                progress(Double(done) / Double(work.count))
                start()
            }
        }
        return outcomes.compactMap { $0 }
    }
}
