import Logging
import Synchronization

/// What was logged: each line its level, its message and what belongs to it.
final class LogLines: Sendable {
    private let lines = Mutex<[String]>([])

    var all: [String] { lines.withLock { $0 } }

    var logger: Logger { Logger(label: "test") { _ in Recorder(lines: self) } }

    /// The lines that have all these words.
    func having(_ words: String...) -> [String] {
        all.filter { line in words.allSatisfy { line.contains($0) } }
    }

    fileprivate func append(_ line: String) { lines.withLock { $0.append(line) } }
}

private struct Recorder: LogHandler {
    let lines: LogLines
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let more = (event.metadata ?? [:]).sorted { $0.key < $1.key }.map { "\($0)=\($1)" }
        lines.append("\(event.level) \(event.message) \(more.joined(separator: " "))")
    }
}
