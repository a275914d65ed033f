#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A small file that its owner alone may read: mode 0600 whatever the umask, never half written.
struct PrivateFile {
    static let largest = 1 << 20

    private static let ownerAlone: mode_t = 0o600
    private static let othersBits: mode_t = 0o077

    let path: String

    /// The whole file; refused where anyone but its owner may use it.
    func read() throws(KeyringFileError) -> [UInt8] {
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
        return try readAll(descriptor)
    }

    /// A new file; refused where one stands already, be it a link that leads nowhere.
    func create(_ bytes: [UInt8]) throws(KeyringFileError) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, Self.ownerAlone)
        guard descriptor >= 0 else {
            throw errno == EEXIST ? .exists(path: path) : failure("write")
        }
        do throws(KeyringFileError) {
            try fill(descriptor, with: bytes)
        } catch {
            unlink(path)
            throw error
        }
        syncFolder(of: path)
    }

    /// The file anew: whoever reads it meanwhile, or after a crash, finds the old one whole or the new one.
    func replace(with bytes: [UInt8]) throws(KeyringFileError) {
        let target = resolved()
        let beside = "\(target).\(getpid()).\(UInt32.random(in: 0...UInt32.max)).new"
        let descriptor = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, Self.ownerAlone)
        guard descriptor >= 0 else { throw failure("write beside") }
        do throws(KeyringFileError) {
            try fill(descriptor, with: bytes)
            guard rename(beside, target) == 0 else { throw failure("replace") }
        } catch {
            unlink(beside)
            throw error
        }
        syncFolder(of: target)
    }
}

extension PrivateFile {
    private func readAll(_ descriptor: Int32) throws(KeyringFileError) -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count = chunk.withUnsafeMutableBytes {
                #if canImport(Darwin)
                Darwin.read(descriptor, $0.baseAddress, $0.count)
                #elseif canImport(Musl)
                Musl.read(descriptor, $0.baseAddress, $0.count)
                #else
                Glibc.read(descriptor, $0.baseAddress, $0.count)
                #endif
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure("read") }
            if count == 0 { return bytes }
            bytes += chunk.prefix(count)
            guard bytes.count <= Self.largest else { throw .tooLarge(path: path) }
        }
    }

    /// Writes everything, down to the disk, and closes.
    private func fill(_ descriptor: Int32, with bytes: [UInt8]) throws(KeyringFileError) {
        var isOpen = true
        defer { if isOpen { close(descriptor) } }
        // The umask may have taken bits away, and a folder's own rules may have given some.
        guard fchmod(descriptor, Self.ownerAlone) == 0 else { throw failure("write") }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure("write") }
            rest = rest.dropFirst(count)
        }
        guard fsync(descriptor) == 0 else { throw failure("write") }
        isOpen = false
        guard close(descriptor) == 0 else { throw failure("write") }
    }

    /// Where a link leads to: it is the file that is replaced, and not the link.
    private func resolved() -> String {
        guard let real = realpath(path, nil) else { return path }
        defer { free(real) }
        return String(cString: real)
    }

    /// A name is on the disk once its folder is. Not every file system can do it, and the file is whole anyway.
    private func syncFolder(of path: String) {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
        let folder = parts.isEmpty ? "." : parts.joined(separator: "/")
        let descriptor = open(folder.isEmpty ? "/" : folder, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }

    private func failure(_ action: String) -> KeyringFileError {
        .system(path: path, action: action, reason: String(cString: strerror(errno)))
    }
}
