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

/// A picture's file: written beside its place, and then put there, so that nobody ever finds half of it.
struct PictureFile {
    let path: String

    /// Where `--svg` says; nil where it says nothing.
    static func at(_ path: String?) throws(ToolError) -> PictureFile? {
        guard let path else { return nil }
        return try PictureFile(path: path)
    }

    /// Looks whether it can be written there, before a long run and not after it.
    private init(path: String) throws(ToolError) {
        guard !path.isEmpty else { throw .usage("--svg needs the name of a file") }
        self.path = path
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
        guard access(folder, W_OK) == 0 else {
            throw .environment("cannot write \(path): \(String(cString: strerror(errno)))")
        }
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else { return }
        throw .environment("cannot write \(path): it is a folder")
    }

    /// A second one: `a.svg` has `a-load.svg` beside it.
    func beside(_ name: String) throws(ToolError) -> PictureFile {
        let ending = ".svg"
        let stem = path.hasSuffix(ending) ? String(path.dropLast(ending.count)) : path
        return try PictureFile(path: "\(stem)-\(name)\(ending)")
    }

    func write(_ text: String) throws(ToolError) {
        do {
            try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
        } catch {
            throw .environment("cannot write \(path): \(error)")
        }
    }
}
