internal import MemberlistWire

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A small file that its owner alone may read: mode 0600 whatever the umask, never half written, and never in
/// memory that is not wiped.
struct PrivateFile {
    static let largest = 1 << 20

    private static let ownerAlone: mode_t = 0o600
    private static let othersBits: mode_t = 0o077

    let path: String

    /// The whole file; refused where anyone but its owner may use it.
    func read() throws(KeyringFileError) -> SecretBuffer {
        // Not to wait for the writer of a pipe that somebody put there.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            throw errno == ENOENT ? .missing(path: path) : failure("read")
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure("read") }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .notAFile(path: path) }
        guard status.st_mode & Self.othersBits == 0 else { throw .openToOthers(path: path) }
        guard status.st_size <= Self.largest else { throw .tooLarge(path: path) }
        // A byte more, to see the end.
        var bytes = try secretBuffer(Int(status.st_size) + 1)
        try Self.read(descriptor, into: &bytes, path: path)
        guard bytes.count < bytes.capacity else {
            throw .system(path: path, action: "read", reason: "it grows while it is read; try again")
        }
        return bytes
    }

    /// What a descriptor gives: until its end, until the buffer is full, or until a line ends, where that is all
    /// that is wanted.
    static func read(
        _ descriptor: Int32,
        into bytes: inout SecretBuffer,
        path: String,
        line: Bool = false
    ) throws(KeyringFileError) {
        while bytes.count < bytes.capacity {
            var (count, isLine) = (0, false)
            bytes.append { room in
                count = readSome(descriptor, room)
                guard count > 0 else { return 0 }
                isLine = room[count - 1] == UInt8(ascii: "\n")
                return count
            }
            if count == 0 || (line && isLine) { return }
            if count < 0, errno != EINTR {
                throw .system(path: path, action: "read", reason: String(cString: strerror(errno)))
            }
        }
    }

    /// A new file; refused where one stands already, be it a link that leads nowhere.
    func create(_ bytes: borrowing SecretBuffer, in folder: borrowing LockedFolder) throws(KeyringFileError) {
        let beside = try writeBeside(path, bytes)
        defer { unlink(beside) }
        // Unlike a renaming, a link is never put over what another program has made meanwhile.
        guard link(beside, path) == 0 else {
            throw errno == EEXIST ? .exists(path: path) : failure("write")
        }
        try folder.sync(for: path)
    }

    /// The file anew: whoever reads it meanwhile, or after a crash, finds the old one whole or the new one.
    func replace(
        with bytes: borrowing SecretBuffer,
        in folder: borrowing LockedFolder
    ) throws(KeyringFileError) {
        let target = resolved
        let beside = try writeBeside(target, bytes)
        guard rename(beside, target) == 0 else {
            let failure = failure("replace")
            unlink(beside)
            throw failure
        }
        try folder.sync(for: path)
    }

    /// Where a link leads to: it is the file that is replaced, and not the link.
    var resolved: String {
        guard let real = realpath(path, nil) else { return path }
        defer { free(real) }
        return String(cString: real)
    }
}

extension PrivateFile {
    /// Writes a file beside the target, down to the disk. Its name is always the same, so that what a writer that
    /// was killed left there goes with the next change.
    private func writeBeside(
        _ target: String,
        _ bytes: borrowing SecretBuffer
    ) throws(KeyringFileError) -> String {
        let beside = target + ".new"
        // Not emptied but removed: it may be another name of the target itself.
        guard unlink(beside) == 0 || errno == ENOENT else { throw failure("write beside") }
        let descriptor = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, Self.ownerAlone)
        guard descriptor >= 0 else { throw failure("write beside") }
        do throws(KeyringFileError) {
            try fill(descriptor, with: bytes, like: target)
        } catch {
            unlink(beside)
            throw error
        }
        return beside
    }

    /// Writes everything, down to the disk, and closes.
    private func fill(
        _ descriptor: Int32,
        with bytes: borrowing SecretBuffer,
        like target: String
    ) throws(KeyringFileError) {
        var isOpen = true
        defer { if isOpen { close(descriptor) } }
        // The umask may have taken bits away, and a folder's own rules may have given some.
        guard fchmod(descriptor, Self.ownerAlone) == 0 else { throw failure("write") }
        try keepOwner(descriptor, of: target)
        try bytes.withUnsafeBytes { (bytes) throws(KeyringFileError) in
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { throw failure("write") }
                rest = rest.dropFirst(count)
            }
        }
        guard fsync(descriptor) == 0 else { throw failure("write") }
        isOpen = false
        guard close(descriptor) == 0 else { throw failure("write") }
    }

    /// A file that root changes for a service stays the service's.
    private func keepOwner(_ descriptor: Int32, of target: String) throws(KeyringFileError) {
        var (old, new) = (stat(), stat())
        guard stat(target, &old) == 0, fstat(descriptor, &new) == 0, old.st_uid != new.st_uid else { return }
        guard fchown(descriptor, old.st_uid, old.st_gid) == 0 else { throw failure("keep the owner of") }
    }

    private func secretBuffer(_ capacity: Int) throws(KeyringFileError) -> SecretBuffer {
        do {
            return try SecretBuffer(capacity: capacity)
        } catch {
            throw .system(path: path, action: "read", reason: "\(error)")
        }
    }

    private func failure(_ action: String) -> KeyringFileError {
        .system(path: path, action: action, reason: String(cString: strerror(errno)))
    }
}
