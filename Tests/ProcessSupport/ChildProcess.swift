import CSpawn
import Foundation

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
        let (stdin, stdout, stderr) = (try Self.pipe(), try Self.pipe(), try Self.pipe())
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, stdin.read, 0)
        posix_spawn_file_actions_adddup2(&actions, stdout.write, 1)
        posix_spawn_file_actions_adddup2(&actions, stderr.write, 2)
        // Nor the sockets of nodes that other tests run in this process.
        cspawn_close_from(&actions, 3)

        // The threads of a test block every signal, and a program that does not unblock them would never get one.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))

        var words: [UnsafeMutablePointer<CChar>?] = ([executable.path] + arguments).map { strdup($0) } + [nil]
        var variables: [UnsafeMutablePointer<CChar>?] = environment.map { strdup("\($0)=\($1)") } + [nil]
        defer { for word in words + variables { free(word) } }
        var pid = pid_t()
        let status = posix_spawn(&pid, executable.path, &actions, &attributes, &words, &variables)
        for descriptor in [stdin.read, stdout.write, stderr.write] { close(descriptor) }
        input = FileHandle(fileDescriptor: stdin.write, closeOnDealloc: true)
        output = FileHandle(fileDescriptor: stdout.read, closeOnDealloc: true)
        errors = FileHandle(fileDescriptor: stderr.read, closeOnDealloc: true)
        guard status == 0 else {
            throw LineProcess.Failure(
                description: "\(executable.path): \(String(cString: strerror(status)))"
            )
        }
        self.pid = pid
    }

    /// Descriptors that no other program inherits.
    private static func pipe() throws -> (read: Int32, write: Int32) {
        var ends: [Int32] = [0, 0]
        guard cspawn_pipe(&ends) == 0 else {
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
