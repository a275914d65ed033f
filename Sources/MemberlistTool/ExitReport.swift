import ArgumentParser
import Memberlist

/// How the tool ends: an exit code, and what it says with it.
struct ExitReport: Hashable {
    enum Code: Int32 {
        case success = 0
        case environment = 1
        case usage = 2
        case file = 64
    }

    let code: Code
    /// Help and versions, which go to standard output; else one line for standard error.
    let message: String

    init(_ error: any Error, arguments: [String]) {
        switch error {
        case ToolError.usage(let message):
            code = .usage
            self.message = Self.line(message, arguments: arguments, hint: true)
        case ToolError.settings(let message):
            code = .usage
            self.message = Self.line(message, arguments: [], hint: false)
        case ToolError.environment(let message):
            code = .environment
            self.message = Self.line(message, arguments: [], hint: false)
        case ToolError.file(let message):
            code = .file
            self.message = Self.line(message, arguments: [], hint: false)
        default:
            switch RootCommand.exitCode(for: error) {
            case .success:
                code = .success
                self.message = RootCommand.fullMessage(for: error)
            case .validationFailure:
                code = .usage
                self.message = Self.line(
                    Self.parserMessage(error, arguments),
                    arguments: arguments,
                    hint: true
                )
            default:
                code = .environment
                self.message = Self.line("\(error)", arguments: arguments, hint: false)
            }
        }
    }

    private static let commands = RootCommand.configuration.subcommands.compactMap {
        $0.configuration.commandName
    }

    /// A value without its flag may well be a key, and so it is not said again.
    private static func parserMessage(_ error: any Error, _ arguments: [String]) -> String {
        let message = RootCommand.message(for: error)
        if let first = arguments.first, !first.hasPrefix("-"), !(commands + ["help"]).contains(first) {
            return RootCommand.choice
        }
        guard message.lowercased().contains("unexpected argument") else { return message }
        return "an argument is in no flag's place (it is not shown, for it may be a key): "
            + "write every value behind its flag"
    }

    private static func line(_ message: String, arguments: [String], hint: Bool) -> String {
        let secrets = arguments.flatMap(secrets).sorted { $0.utf8.count > $1.utf8.count }
        var text = secrets.reduce(message) { text, secret in
            text.split(separator: secret, omittingEmptySubsequences: false).joined(separator: "(hidden)")
        }
        text = text.split(whereSeparator: \.isNewline).joined(separator: "; ")
        text = text.printable
        if hint {
            if text.hasSuffix(".") { text.removeLast() }
            let command = arguments.first(where: commands.contains)
            text += "; see '\((["memberlist"] + (command.map { [$0] } ?? [])).joined(separator: " ")) --help'"
        }
        return "memberlist: " + text
    }

    /// What of an argument could be a key, in whatever place it was written by mistake: behind another flag,
    /// or at the end of its own for want of a space.
    private static func secrets(_ argument: String) -> [String] {
        argument.unicodeScalars.split { !isBase64($0) }.map { String($0) }
            .filter { $0.utf8.count >= 16 && !isFlag($0) }
    }

    /// The name of a flag is to be read, however long: it has neither capitals nor digits, as keys have.
    private static func isFlag(_ text: String) -> Bool {
        text.hasPrefix("--") && text.unicodeScalars.allSatisfy { $0 == "-" || ("a"..."z").contains($0) }
    }

    /// Of either alphabet; what pads a key at its end tells nothing of it.
    private static func isBase64(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "A"..."Z", "a"..."z", "0"..."9", "+", "/", "-", "_": true
        default: false
        }
    }
}
