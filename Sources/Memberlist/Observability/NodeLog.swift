internal import Logging
internal import MemberlistCore
internal import MemberlistWire
internal import Metrics
internal import Synchronization

/// The node's log, at a bounded rate: a few lines a second of each kind, the rest counted.
final class NodeLog: Sendable {
    enum Kind: CaseIterable, Hashable, Sendable {
        case lifecycle, datagramPort, refusedDatagram, refusedStream, streams, membership, conflict, network
        case hooks, overload, keys, refusedKey, permissive, refused
    }

    private struct Window {
        var second: Int64 = -1
        var lines = 0
        var suppressed = 0
    }

    private struct State {
        var windows: [Kind: Window] = [:]
        /// Bytes of all kinds' lines in that second.
        var second: Int64 = -1
        var bytes = 0
    }

    private let logger: Logger
    private let suppressed: Counter?
    private let state = Mutex(State())

    /// - Parameter suppressed: Counts the lines that were not written.
    init(_ logger: Logger, suppressed: Counter? = nil) {
        self.logger = logger
        self.suppressed = suppressed
    }

    func debug(_ kind: Kind, _ message: String, _ more: @autoclosure () -> [String: String] = [:]) {
        write(.debug, kind, message, more)
    }

    func info(_ kind: Kind, _ message: String, _ more: @autoclosure () -> [String: String] = [:]) {
        write(.info, kind, message, more)
    }

    /// - Returns: Whether it was written; what is said once must be said again where it was not.
    @discardableResult
    func warning(_ kind: Kind, _ message: String, _ more: @autoclosure () -> [String: String] = [:]) -> Bool {
        write(.warning, kind, message, more)
    }

    @discardableResult
    private func write(
        _ level: Logger.Level,
        _ kind: Kind,
        _ message: String,
        _ more: () -> [String: String]
    ) -> Bool {
        guard logger.logLevel <= level else { return false }
        let second = Instant.now.nanoseconds / 1_000_000_000
        guard let line = admit(kind, in: second) else { return suppress() }
        let fields = more().mapValues(Self.bounded)
        let bytes = fields.reduce(Self.frame + message.utf8.count) {
            $0 + $1.key.utf8.count + $1.value.utf8.count + 2
        }
        guard let suppressed = spend(bytes, on: kind, line: line, in: second) else { return suppress() }
        var metadata = fields.mapValues { Logger.MetadataValue.string($0) }
        if suppressed > 0 { metadata["suppressed"] = "\(suppressed)" }
        logger.log(level: level, "\(message)", metadata: metadata)
        return true
    }

    /// What a log handler writes about a line, roughly: the time, the level, the label.
    private static let frame = 100

    private func suppress() -> Bool {
        suppressed?.increment()
        return false
    }

    /// What peers wrote, as much of it as a line bears; no more of it is looked at.
    private static func bounded(_ text: String) -> String {
        // None of them becomes shorter, so what lies behind these is cut off: it may be a megabyte, for each line.
        let printable = String(text.unicodeScalars.prefix(Limits.logField + 1)).printable
        guard printable.utf8.count > Limits.logField else { return printable }
        return String(decoding: printable.utf8.prefix(Limits.logField), as: UTF8.self) + "…"
    }

    /// The number of the line among its kind's in this second, from 1; nil where there were enough.
    private func admit(_ kind: Kind, in second: Int64) -> Int? {
        state.withLock { state in
            var window = state.windows[kind] ?? Window()
            defer { state.windows[kind] = window }
            if window.second != second {
                window.second = second
                window.lines = 0
            }
            window.lines += 1
            guard window.lines > Limits.logLines else { return window.lines }
            window.suppressed += 1
            return nil
        }
    }

    /// The lines of that kind suppressed since the last one written, or nil where this one is too: all kinds share
    /// so many bytes a second, of which the last two fifths are for the first line of each kind.
    private func spend(_ bytes: Int, on kind: Kind, line: Int, in second: Int64) -> Int? {
        state.withLock { state in
            if state.second != second {
                state.second = second
                state.bytes = 0
            }
            let limit = line == 1 ? Limits.logBytes : Limits.logBytes / 5 * 3
            guard state.bytes + bytes <= limit else {
                state.windows[kind]?.suppressed += 1
                return nil
            }
            state.bytes += bytes
            defer { state.windows[kind]?.suppressed = 0 }
            return state.windows[kind]?.suppressed ?? 0
        }
    }
}
