public import Foundation

/// A program under test: its lines are waited for, its end is certain.
public final class LineProcess: Sendable {
    public struct Failure: Error, CustomStringConvertible {
        public let description: String

        public init(description: String) {
            self.description = description
        }
    }

    private let child: ChildProcess
    private let output = LineLog()
    private let errors = LineLog()
    private let exited = LineLog()
    public let name: String
    public var pid: Int32 { child.pid }

    /// Starts the program; its environment is the test's own with these changes.
    public init(
        _ executable: URL,
        _ arguments: [String],
        environment: [String: String] = [:]
    ) throws {
        name = executable.lastPathComponent
        child = try ChildProcess(
            executable,
            arguments,
            environment: Programs.environment.merging(environment) { $1 }
        )
        child.follow(output: output, errors: errors, exit: exited)
    }

    deinit {
        if exited.lines.isEmpty { kill(pid, SIGKILL) }
    }

    // MARK: Lines

    public var outputLines: [String] { output.lines }
    public var errorLines: [String] { errors.lines }

    public func write(_ line: String) throws {
        try child.input.write(contentsOf: Data((line + "\n").utf8))
    }

    public func closeInput() throws {
        try child.input.close()
    }

    /// The first line from `start` on that is what is waited for; throws with the program's last words where
    /// none comes in time.
    @discardableResult
    public func waitForLine<Found: Sendable>(
        _ what: String,
        within limit: Duration,
        from start: Int = 0,
        where find: @escaping @Sendable (String) -> Found?
    ) async throws -> Found {
        let met = await output.wait(within: limit) { $0.dropFirst(start).contains { find($0) != nil } }
        guard met, let found = output.lines.dropFirst(start).lazy.compactMap(find).first else {
            throw Failure(
                description: """
                    \(name) (\(pid)) did not print \(what) within \(limit). Its output:
                    \(output.lines.suffix(30).joined(separator: "\n"))
                    and errors:
                    \(errors.lines.suffix(30).joined(separator: "\n"))
                    """
            )
        }
        return found
    }

    // MARK: The end

    public func signal(_ number: Int32) {
        if exited.lines.isEmpty { kill(pid, number) }
    }

    /// The exit code, or 128 and the signal that ended it, as a shell tells it.
    public func waitForExit(within limit: Duration) async throws -> Int32 {
        guard await exited.wait(within: limit, until: { !$0.isEmpty }), let line = exited.lines.first else {
            throw Failure(description: "\(name) (\(pid)) did not end within \(limit)")
        }
        // The last lines may arrive after the end; a program of its own that outlives it may hold them open.
        await output.waitForEnd(within: .seconds(2))
        await errors.waitForEnd(within: .seconds(2))
        return Int32(line) ?? -1
    }

    /// Ends it now, whatever it does, and waits until it is gone.
    public func end() async throws {
        signal(SIGKILL)
        signal(SIGCONT)
        _ = try await waitForExit(within: .seconds(60))
    }
}
