import Foundation
import ProcessSupport

/// What the harness found: the pairs that it printed.
struct HarnessRun {
    let pairs: [String: String]
    let words: String

    init(_ arguments: [String], within limit: Duration = .seconds(600)) async throws {
        let process = try LineProcess(try Programs.product("KeyringHarness"), arguments)
        let code = try await process.waitForExit(within: limit)
        words = (process.outputLines + process.errorLines + ["exit \(code)"]).joined(separator: "\n")
        pairs = process.outputLines.reduce(into: [:]) { pairs, line in
            let parts = line.split(separator: " ", maxSplits: 1).map(String.init)
            if parts.count == 2 { pairs[parts[0]] = parts[1] }
        }
    }

    subscript(name: String) -> String? { pairs[name] }

    /// A folder in memory where the system has one: ten thousand kills do not wait for a disk.
    static func withFolder<Result>(_ body: (String) async throws -> Result) async throws -> Result {
        let shared = URL(fileURLWithPath: "/dev/shm", isDirectory: true)
        let isThere = FileManager.default.isWritableFile(atPath: shared.path)
        let folder = (isThere ? shared : FileManager.default.temporaryDirectory)
            .appendingPathComponent("memberlist-\(UUID().uuidString)", isDirectory: true)
        try FileManager.default.createDirectory(
            at: folder,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
        defer { try? FileManager.default.removeItem(at: folder) }
        return try await body(folder.path)
    }
}
