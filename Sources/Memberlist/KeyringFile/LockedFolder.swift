#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A folder in which one process writes at a time. The lock is on the folder itself, so that no lock file stays
/// behind, and the system takes it from a process however that ends.
struct LockedFolder: ~Copyable {
    private static let pause: useconds_t = 5_000

    private let descriptor: Int32

    /// Waits for the folder of a file that is to be written.
    ///
    /// - Throws: ``KeyringFileError/busy(path:holder:)`` where another writer is not done within `limit`.
    init(of path: String, waiting limit: Duration) throws(KeyringFileError) {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
        let folder = parts.isEmpty ? "." : parts.joined(separator: "/")
        descriptor = open(folder.isEmpty ? "/" : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Self.failure("open the folder of", path) }
        do throws(KeyringFileError) {
            try Self.lock(descriptor, for: path, until: .now + limit)
        } catch {
            close(descriptor)
            throw error
        }
    }

    deinit { close(descriptor) }

    /// A name is on the disk once its folder is. Not every file system can do that.
    func sync(for path: String) throws(KeyringFileError) {
        guard fsync(descriptor) != 0, ![EINVAL, ENOTSUP, ENOSYS].contains(errno) else { return }
        throw Self.failure("bring to the disk the folder of", path)
    }

    private static func lock(
        _ descriptor: Int32,
        for path: String,
        until deadline: ContinuousClock.Instant
    ) throws(KeyringFileError) {
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EWOULDBLOCK || errno == EINTR else { throw failure("lock the folder of", path) }
            guard ContinuousClock.now < deadline else {
                throw .busy(path: path, holder: holder(of: descriptor))
            }
            usleep(pause)
        }
    }

    /// The process that has the lock, where the system tells: `1: FLOCK ADVISORY WRITE 4711 fe:00:1234 0 EOF`.
    private static func holder(of descriptor: Int32) -> Int32? {
        var status = stat()
        guard fstat(descriptor, &status) == 0,
            let locks = try? String(contentsOf: URL(fileURLWithPath: "/proc/locks"), encoding: .utf8)
        else { return nil }
        for line in locks.split(separator: "\n") {
            let fields = line.split(separator: " ")
            guard fields.count > 5, fields[1] == "FLOCK", fields[5].hasSuffix(":\(status.st_ino)") else {
                continue
            }
            return Int32(fields[4])
        }
        return nil
    }

    private static func failure(_ action: String, _ path: String) -> KeyringFileError {
        .system(path: path, action: action, reason: String(cString: strerror(errno)))
    }
}
