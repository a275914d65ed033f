/// Pauses between attempts: 1 s, doubled up to 30 s, each drawn between its half and the whole, so that many
/// members that start at once do not knock at once.
struct RetryPause<Generator: RandomNumberGenerator> {
    private static var longest: Int64 { 30_000 }

    private var ceiling: Int64 = 1_000
    private var generator: Generator

    init(generator: Generator) {
        self.generator = generator
    }

    mutating func next() -> Duration {
        defer { ceiling = min(ceiling * 2, Self.longest) }
        return .milliseconds(Int64.random(in: ceiling / 2...ceiling, using: &generator))
    }
}
