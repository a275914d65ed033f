import ArgumentParser
import Memberlist

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// `memberlist keyring list`.
struct KeyringListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Print the keys: ids, sizes, roles and dates.",
        discussion: """
            A date says when a key was added by one of these commands; '-' stands where that is not known. It is \
            kept beside the keyring, in FILE.dates, which can be deleted.
            """
    )

    @Argument(help: KeyringCommand.fileHelp)
    var file: String

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() throws {
        let rows = try KeyringCommand.attempt {
            let keyring = KeyringFile(path: file)
            let dates = keyring.dates
            return try keyring.read().distinct.enumerated().map { index, key in
                Row(
                    id: "\(key.id)",
                    role: index == 0 ? "primary" : "secondary",
                    bytes: key.byteCount,
                    added: dates[key.id]?.formatted(.iso8601)
                )
            }
        }
        try KeyringCommand.attempt {
            for line in try lines(rows) { try StandardStream.output.write(line: line) }
        }
    }

    private struct Row: Encodable {
        let id: String
        let role: String
        let bytes: Int
        let added: String?
    }

    private func lines(_ rows: [Row]) throws -> [String] {
        guard json else {
            return ["id                role       bytes  added"]
                + rows.map { row in
                    let role = row.role + String(repeating: " ", count: 9 - row.role.count)
                    return "\(row.id)  \(role)  \(row.bytes)     \(row.added ?? "-")"
                }
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return [String(decoding: try encoder.encode(["keys": rows]), as: UTF8.self)]
    }
}
