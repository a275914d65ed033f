import Foundation
import ProcessSupport
import Testing

@Suite(.serialized) struct AgentEndTests {
    @Test(arguments: [SIGTERM, SIGINT])
    func aSignalEndsIt(signal: Int32) async throws {
        let a = try RunningAgent("a")
        let b = try RunningAgent("b", ["--join", try await a.address()])
        try await a.wait("join", ["name": "b"])
        // Who leaves before it knows anybody has nobody to tell.
        try await b.wait("join", ["name": "a"])
        b.process.signal(signal)
        #expect(try await b.process.waitForExit(within: .seconds(30)) == 0)
        try await a.wait("leave", ["name": "b", "reason": "left"])
        try await a.process.end()
    }

    @Test func deadPeersDoNotKeepIt() async throws {
        let a = try RunningAgent("a")
        let b = try RunningAgent("b", ["--join", try await a.address()])
        try await b.wait("join", ["name": "a"])
        try await a.process.end()
        b.process.signal(SIGTERM)
        #expect(try await b.process.waitForExit(within: .seconds(30)) == 0)
    }

    /// 192.0.2.0/24 is nobody's: a connection there hangs, or is refused at once.
    @Test func aJoinThatHangsDoesNotKeepIt() async throws {
        let a = try RunningAgent("a", ["--join", "192.0.2.1:7946", "--join", "127.0.0.1:1"])
        _ = try await a.address()
        try a.process.write(#"{"command":"join","addresses":["192.0.2.2"]}"#)
        try await a.ask(#""command":"health""#)
        a.process.signal(SIGTERM)
        #expect(try await a.process.waitForExit(within: .seconds(30)) == 0)
    }

    @Test func aReaderThatIsGoneDoesNotEndIt() async throws {
        let folder = try Programs.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let errors = folder.appendingPathComponent("errors")
        try Data().write(to: errors)
        let (process, output) = (Process(), Pipe())
        process.executableURL = try Programs.product("memberlist")
        process.arguments = [
            "agent", "--name", "a", "--bind", "127.0.0.1:0", "--format", "json", "--print-members", "0.1",
        ]
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = try FileHandle(forWritingTo: errors)
        try process.run()
        defer { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }

        #expect(String(decoding: output.fileHandleForReading.availableData, as: UTF8.self).contains("ready"))
        try output.fileHandleForReading.close()
        try await poll("the complaint", within: .seconds(60)) {
            try String(contentsOf: errors, encoding: .utf8).contains("standard output cannot be written")
        }
        process.terminate()
        try await poll("the end", within: .seconds(30)) { !process.isRunning }
        #expect(process.terminationReason == .exit)
        #expect(process.terminationStatus == 0)
    }

    /// Its standard output is full, so that it could not end by itself for a while.
    @Test func aSecondSignalEndsItAtOnce() async throws {
        let (process, output, input) = (Process(), Pipe(), Pipe())
        process.executableURL = try Programs.product("memberlist")
        process.arguments = [
            "agent", "--name", "a", "--bind", "127.0.0.1:0", "--format", "json", "--commands",
        ]
        process.standardInput = input
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let pid = process.processIdentifier
        defer { if process.isRunning { kill(pid, SIGKILL) } }
        #expect(String(decoding: output.fileHandleForReading.availableData, as: UTF8.self).contains("ready"))
        let answers = String(repeating: #"{"command":"members"}"# + "\n", count: 2_000)
        try input.fileHandleForWriting.write(contentsOf: Data(answers.utf8))

        let descriptor = output.fileHandleForReading.fileDescriptor
        try await poll("the pipe's being full", within: .seconds(60)) {
            var waiting: CInt = 0
            return ioctl(descriptor, UInt(FIONREAD), &waiting) == 0 && waiting > 60_000
        }

        let start = ContinuousClock.now
        try await poll("the end", within: .seconds(4)) {
            kill(pid, SIGTERM)
            return !process.isRunning
        }
        #expect(process.terminationStatus == 128 + SIGTERM)
        #expect(ContinuousClock.now - start < .seconds(4))
    }

    @Test func aPortThatIsTakenIsTheEnvironments() async throws {
        let a = try RunningAgent("a")
        let address = try await a.address()
        let run = try ToolRun(["agent", "--name", "b", "--bind", address])
        #expect(run.code == 1)
        #expect(run.output.isEmpty)
        #expect(run.errorLines.count == 1, "\(run.errors)")
        #expect(run.errors.contains(address))
        #expect(run.errors.contains("--bind"))
        try await a.process.end()
    }
}
