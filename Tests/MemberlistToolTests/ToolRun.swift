import Foundation
import ProcessSupport

/// What the tool said and how it ended, for calls that end by themselves.
struct ToolRun {
    let code: Int32
    let output: String
    let errors: String

    var errorLines: [Substring] { errors.split(separator: "\n") }
    var outputLines: [String] { output.split(separator: "\n").map(String.init) }

    /// Runs it to its end; one that does not end is killed, which its code then says.
    init(
        _ arguments: [String],
        environment: [String: String] = [:],
        umask: String? = nil,
        input: String? = nil
    ) throws {
        let process = Process()
        let tool = try Programs.product("memberlist")
        if let umask {
            process.executableURL = URL(fileURLWithPath: "/bin/sh")
            process.arguments = ["-c", "umask \(umask); exec \"$0\" \"$@\"", tool.path] + arguments
        } else {
            process.executableURL = tool
            process.arguments = arguments
        }
        process.environment = Programs.environment.merging(environment) { $1 }
        let (output, errors) = (Pipe(), Pipe())
        let words = Pipe()
        process.standardInput = input == nil ? FileHandle.nullDevice : words
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        if let input { try words.fileHandleForWriting.write(contentsOf: Data(input.utf8)) }
        try words.fileHandleForWriting.close()
        let pid = process.processIdentifier
        let end = DispatchWorkItem { kill(pid, SIGKILL) }
        DispatchQueue.global().asyncAfter(deadline: .now() + 30, execute: end)
        self.output = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        self.errors = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        end.cancel()
        code =
            process.terminationReason == .exit ? process.terminationStatus : 128 + process.terminationStatus
    }
}
