import Synchronization

/// Lines to a stream, for callers that cannot stop when it takes no more: the first failure is kept, and the rest
/// is not written.
final class LinePrinter: Sendable {
    private let stream: StandardStream
    private let failure = Mutex<StandardStream.WriteFailure?>(nil)

    init(_ stream: StandardStream) {
        self.stream = stream
    }

    func print(_ line: String) {
        failure.withLock { failure in
            guard failure == nil else { return }
            do throws(StandardStream.WriteFailure) {
                try stream.write(line: line)
            } catch {
                failure = error
            }
        }
    }

    /// Says what went wrong, if anything did.
    func finish() throws(ToolError) {
        guard let failure = failure.withLock({ $0 }) else { return }
        throw .environment("cannot write to standard output: \(failure)")
    }
}
