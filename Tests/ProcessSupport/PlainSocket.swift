import Foundation

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A UDP socket that talks to one port of this machine, with nothing around it.
package final class PlainSocket: Sendable {
    package struct Failure: Error {}

    private let descriptor: CInt

    package init(port: Int) throws {
        #if canImport(Glibc)
        descriptor = socket(AF_INET, CInt(SOCK_DGRAM.rawValue), 0)
        #else
        descriptor = socket(AF_INET, SOCK_DGRAM, 0)
        #endif
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let status = withUnsafeBytes(of: &address) { bytes in
            bytes.withMemoryRebound(to: sockaddr.self) {
                connect(descriptor, $0.baseAddress, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0 else { throw Failure() }
    }

    deinit { close(descriptor) }

    package func send(_ datagram: [UInt8]) {
        datagram.withUnsafeBytes { bytes in
            #if canImport(Glibc)
            _ = Glibc.send(descriptor, bytes.baseAddress, bytes.count, 0)
            #elseif canImport(Musl)
            _ = Musl.send(descriptor, bytes.baseAddress, bytes.count, 0)
            #else
            _ = Darwin.send(descriptor, bytes.baseAddress, bytes.count, 0)
            #endif
        }
    }

    /// Sends so many as fast as the system takes them, on a thread of its own, so that nobody waits for it.
    package func flood(_ count: Int, _ datagram: @escaping @Sendable (Int) -> [UInt8]) async {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { [self] in
                for index in 0..<count { send(datagram(index)) }
                continuation.resume()
            }
        }
    }

    /// The next datagram; nil where none came in time.
    package func receive(until end: ContinuousClock.Instant) -> [UInt8]? {
        let milliseconds = max(0, (end - .now) / .milliseconds(1))
        var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&waiting, 1, CInt(milliseconds.rounded(.up))) > 0 else { return nil }
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = buffer.withUnsafeMutableBytes { recv(descriptor, $0.baseAddress, $0.count, 0) }
        return count > 0 ? Array(buffer[..<count]) : nil
    }
}
