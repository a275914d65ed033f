/// Why the tool stops, in one line that says what to do.
enum ToolError: Error, Hashable {
    /// What was asked for makes no sense: exit 2.
    case usage(String)
    /// Settings make no sense; nothing of what is said can be a key: exit 2.
    case settings(String)
    /// It makes sense, and the machine does not let it happen: exit 1.
    case environment(String)
    /// A file that somebody wrote cannot be what it is to be: exit 64.
    case file(String)
}

extension ToolError: CustomStringConvertible {
    var description: String {
        switch self {
        case .usage(let message), .settings(let message), .environment(let message), .file(let message):
            message
        }
    }
}
