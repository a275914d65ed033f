internal import MemberlistWire
internal import NIOPosix
internal import Synchronization

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// The addresses in a file, which is watched: what is changed in it is noticed within two seconds.
///
/// One address a line, where `#` begins a comment, or a JSON array of texts; 1 MiB at most. The file is looked at once a
/// second rather than watched by the kernel, so that it may lie on any file system, be replaced by a rename, or be a
/// symbolic link that is turned, as Kubernetes does with what it mounts.
public struct FileDiscovery: MemberDiscovery {
    private static let pause: Duration = .seconds(1)

    private let path: String
    /// What the file was like when it was last read. The copies of this value share it.
    private let read = Seen()

    /// - Parameter path: It need not be there yet; where it is not, the node logs it.
    public init(path: String) {
        self.path = path
    }

    /// - Throws: ``FileDiscoveryError``.
    public func addresses() async throws -> [String] {
        let stamp = FileStamp(path)
        let text = try await NIOThreadPool.singleton.runIfActive { [path] in try Self.text(of: path) }
        let addresses = try Self.addresses(in: text, path: path)
        read.stamp.withLock { $0 = stamp }
        return addresses
    }

    public func waitForChange() async throws {
        repeat {
            try await Task.sleep(for: Self.pause)
        } while FileStamp(path) == read.stamp.withLock { $0 }
    }

    private static func text(of path: String) throws(FileDiscoveryError) -> [UInt8] {
        // Not to wait for the writer of a pipe that somebody put there.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw .unreadable(path: path, reason: systemReason()) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw .unreadable(path: path, reason: "it is no regular file")
        }
        // One byte more than is allowed shows that there is more.
        var bytes = [UInt8](repeating: 0, count: Limits.discoveryFile + 1)
        var count = 0
        while count < bytes.count {
            let more = bytes.withUnsafeMutableBytes {
                readSome(descriptor, UnsafeMutableRawBufferPointer(rebasing: $0[count...]))
            }
            if more == 0 { return Array(bytes[..<count]) }
            if more > 0 {
                count += more
            } else if errno != EINTR {
                throw .unreadable(path: path, reason: systemReason())
            }
        }
        throw .tooLarge(path: path)
    }

    private static func systemReason() -> String { String(cString: strerror(errno)) }

    /// The addresses, unread: what is none of them is told by whoever uses them.
    static func addresses(in bytes: [UInt8], path: String) throws(FileDiscoveryError) -> [String] {
        let text = String(decoding: bytes, as: UTF8.self)
        if isArray(text) {
            guard let list = try? JSONDecoder().decode([String].self, from: Data(bytes)) else {
                throw .malformed(path: path)
            }
            return list
        }
        return text.split(whereSeparator: \.isNewline).compactMap { line in
            let address = line.prefix { $0 != "#" }.trimmingPrefix(while: \.isWhitespace)
            let end = address.lastIndex { !$0.isWhitespace }
            return end.map { String(address[...$0]) }
        }
    }

    /// A line may begin with a bracket too: that of an IPv6 address.
    private static func isArray(_ text: String) -> Bool {
        let start = text.drop(while: \.isWhitespace)
        guard start.first == "[", let next = start.dropFirst().first(where: { !$0.isWhitespace }) else {
            return false
        }
        return next == "\"" || next == "]"
    }
}

/// Why a ``FileDiscovery`` has no addresses.
public enum FileDiscoveryError: Error, Hashable, Sendable {
    /// It is not there, or may not be read.
    case unreadable(path: String, reason: String)
    /// It begins as a JSON array and is none of texts.
    case malformed(path: String)
    /// It has more than 1 MiB.
    case tooLarge(path: String)
}

extension FileDiscoveryError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .unreadable(let path, let reason): "\(path) cannot be read: \(reason)"
        case .malformed(let path):
            "\(path) is no JSON array of texts; write [\"10.0.0.1:7946\"], or one address a line"
        case .tooLarge(let path): "\(path) has more than \(Limits.discoveryFile) bytes"
        }
    }
}

private final class Seen: Sendable {
    let stamp = Mutex<FileStamp?>(nil)
}

/// By what a file is told from what it was.
private struct FileStamp: Equatable, Sendable {
    private let numbers: [Int64]
    private let times: [UInt8]

    /// Nil where there is no file.
    init?(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        numbers = [
            Int64(truncatingIfNeeded: status.st_dev), Int64(truncatingIfNeeded: status.st_ino),
            Int64(truncatingIfNeeded: status.st_size),
        ]
        #if canImport(Darwin)
        times = withUnsafeBytes(of: (status.st_ctimespec, status.st_mtimespec)) { Array($0) }
        #else
        times = withUnsafeBytes(of: (status.st_ctim, status.st_mtim)) { Array($0) }
        #endif
    }
}
