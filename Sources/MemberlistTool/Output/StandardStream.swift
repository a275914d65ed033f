#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Standard output or standard error, written without a buffer of its own.
struct StandardStream: Sendable {
    static let output = StandardStream(descriptor: STDOUT_FILENO)
    static let error = StandardStream(descriptor: STDERR_FILENO)

    let descriptor: Int32

    /// The reader went away, or the disk is full; in the operating system's own words.
    struct WriteFailure: Error, Hashable, CustomStringConvertible {
        let description: String
    }

    /// Writes the line whole, and an end of line. Waits for as long as the reader does not read.
    func write(line: String) throws(WriteFailure) {
        try write(line + "\n")
    }

    /// Whether a person sees it as it is written.
    var isTerminal: Bool { isatty(descriptor) == 1 }

    /// Writes the text whole, with no end of line of its own.
    func write(_ text: String) throws(WriteFailure) {
        try write(text.utf8.span.bytes)
    }

    /// Writes the bytes whole, from where they are: a secret is not copied.
    func write(_ bytes: RawSpan) throws(WriteFailure) {
        var start = 0
        while start < bytes.byteCount {
            let count = bytes.withUnsafeBytes { bytes in
                let rest = UnsafeRawBufferPointer(rebasing: bytes[start...])
                #if canImport(Glibc)
                return Glibc.write(descriptor, rest.baseAddress, rest.count)
                #elseif canImport(Musl)
                return Musl.write(descriptor, rest.baseAddress, rest.count)
                #else
                return Darwin.write(descriptor, rest.baseAddress, rest.count)
                #endif
            }
            if count >= 0 {
                start += count
            } else if errno == EAGAIN {
                waitUntilWritable()
            } else if errno != EINTR {
                throw WriteFailure(description: String(cString: strerror(errno)))
            }
        }
    }

    /// Whoever shares the descriptor may have told it not to wait.
    private func waitUntilWritable() {
        var wanted = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        poll(&wanted, 1, -1)
    }
}
