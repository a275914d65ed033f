internal import Logging
internal import MemberlistCore
internal import MemberlistWire
internal import Synchronization

/// The node's log, at a bounded rate: a few lines a second of each kind, the rest counted.
final class NodeLog: Sendable {
    enum Kind: CaseIterable, Hashable, Sendable {
        case lifecycle, datagramPort, refusedDatagram, refusedStream, streams, membership, conflict, network
        case hooks, overload, keys, refusedKey
    }

    private struct Window {
        var second: Int64 = -1
        var lines = 0
        var suppressed = 0
    }

    private let logger: Logger
    private let windows = Mutex<[Kind: Window]>([:])

    init(_ logger: Logger) {
        self.logger = logger
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
        guard logger.logLevel <= level, let suppressed = admit(kind) else { return false }
        var metadata = more().mapValues { Logger.MetadataValue.string(Self.bounded($0)) }
        if suppressed > 0 { metadata["suppressed"] = "\(suppressed)" }
        logger.log(level: level, "\(message)", metadata: metadata)
        return true
    }

    /// What peers wrote, as much of it as a line bears.
    private static func bounded(_ text: String) -> String {
        let printable = text.printable
        guard printable.utf8.count > Limits.logField else { return printable }
        return String(decoding: printable.utf8.prefix(Limits.logField), as: UTF8.self) + "…"
    }

    /// The lines of that kind suppressed since the last one written, or nil where this one is too.
    private func admit(_ kind: Kind) -> Int? {
        let second = Instant.now.nanoseconds / 1_000_000_000
        return windows.withLock { windows in
            var window = windows[kind] ?? Window()
            defer { windows[kind] = window }
            if window.second != second {
                window.second = second
                window.lines = 0
            }
            window.lines += 1
            guard window.lines <= Limits.logLines else {
                window.suppressed += 1
                return nil
            }
            defer { window.suppressed = 0 }
            return window.suppressed
        }
    }
}
