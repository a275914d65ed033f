import ArgumentParser

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

@main
enum EntryPoint {
    static func main() async {
        // A reader that goes away is told by the write that fails.
        signal(SIGPIPE, SIG_IGN)
        let arguments = Array(CommandLine.arguments.dropFirst())
        do {
            let command = try RootCommand.parseAsRoot(arguments)
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                var command = command
                try command.run()
            }
        } catch {
            let report = ExitReport(error, arguments: arguments)
            let output = report.code == .success ? StandardStream.output : StandardStream.error
            try? output.write(line: report.message)
            exit(report.code.rawValue)
        }
    }
}
