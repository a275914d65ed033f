/// Asks again and again what only asking tells (another program's command line, say), until it is as wanted or
/// time is over. Between two questions it yields for a tenth of a second.
public func poll(
    _ what: String,
    within limit: Duration,
    until isMet: () async throws -> Bool
) async throws {
    let clock = ContinuousClock()
    let deadline = clock.now + limit
    repeat {
        if try await isMet() { return }
        try await clock.sleep(for: .milliseconds(100))
    } while clock.now < deadline
    throw LineProcess.Failure(description: "\(what) did not come within \(limit)")
}
