#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Standard input that does not show what is typed, where it is a terminal.
enum SilentTerminal {
    /// Asks a terminal before it reads.
    static func reading<Result>(_ question: String, _ read: (Int32) throws -> Result) throws -> Result {
        var settings = termios()
        guard tcgetattr(STDIN_FILENO, &settings) == 0 else { return try read(STDIN_FILENO) }
        try? StandardStream.error.write(question)
        var silent = settings
        silent.c_lflag &= ~tcflag_t(ECHO)
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent)
        defer {
            tcsetattr(STDIN_FILENO, TCSAFLUSH, &settings)
            try? StandardStream.error.write("\n")
        }
        return try read(STDIN_FILENO)
    }
}
