import Foundation
import Glibc
import Synchronization

/// A started program and our ends of its pipes.
///
/// Not Foundation's `Process`: programs that start side by side inherit each other's pipes there, and it learns
/// of an end only when all of them have ended.
struct ChildProcess: Sendable {
    let pid: pid_t
    let input: FileHandle
    private let output: FileHandle
    private let errors: FileHandle

    init(_ executable: URL, _ arguments: [String], environment: [String: String]) throws {
        (pid, input, output, errors) = try Self.starting.withLock { _ in
            try Self.start(executable, arguments, environment: environment)
        }
    }

    private static let starting = Mutex(())

    /// One at a time: between a pipe and the flag that keeps others from inheriting it, no program starts.
    private static func start(
        _ executable: URL,
        _ arguments: [String],
        environment: [String: String]
    ) throws -> (pid_t, FileHandle, FileHandle, FileHandle) {
        let (stdin, stdout, stderr) = (try pipe(), try pipe(), try pipe())
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, stdin.read, 0)
        posix_spawn_file_actions_adddup2(&actions, stdout.write, 1)
        posix_spawn_file_actions_adddup2(&actions, stderr.write, 2)

        var words: [UnsafeMutablePointer<CChar>?] = ([executable.path] + arguments).map { strdup($0) } + [nil]
        var variables: [UnsafeMutablePointer<CChar>?] = environment.map { strdup("\($0)=\($1)") } + [nil]
        defer { for word in words + variables { free(word) } }
        var pid = pid_t()
        let status = posix_spawn(&pid, executable.path, &actions, nil, &words, &variables)
        for descriptor in [stdin.read, stdout.write, stderr.write] { close(descriptor) }
        let handles = [stdin.write, stdout.read, stderr.read].map {
            FileHandle(fileDescriptor: $0, closeOnDealloc: true)
        }
        guard status == 0 else {
            throw LineProcess.Failure(
                description: "\(executable.path): \(String(cString: strerror(status)))"
            )
        }
        return (pid, handles[0], handles[1], handles[2])
    }

    /// Descriptors that no other program inherits.
    private static func pipe() throws -> (read: Int32, write: Int32) {
        var ends: [Int32] = [0, 0]
        guard Glibc.pipe(&ends) == 0, ends.allSatisfy({ fcntl($0, F_SETFD, FD_CLOEXEC) == 0 }) else {
            throw LineProcess.Failure(description: "no pipe: \(String(cString: strerror(errno)))")
        }
        return (ends[0], ends[1])
    }

    /// Follows its lines and its end, each on a thread of its own.
    func follow(output outputLog: LineLog, errors errorLog: LineLog, exit: LineLog) {
        for (handle, log) in [(output, outputLog), (errors, errorLog)] {
            Thread.detachNewThread {
                while case let data = handle.availableData, !data.isEmpty { log.append(data) }
                log.close()
            }
        }
        Thread.detachNewThread { [pid] in
            var status: Int32 = 0
            while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
            let signal = status & 0x7f
            exit.append("\(signal == 0 ? (status >> 8) & 0xff : 128 + signal)\n".utf8)
        }
    }
}
