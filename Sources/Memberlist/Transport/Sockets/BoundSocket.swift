internal import MemberlistWire

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// A bound socket that programs started by this process do not inherit: else a port would stay taken after the
/// node has stopped, for as long as such a program runs. NIO's own sockets are inherited.
enum BoundSocket {
    enum Kind: String {
        case stream = "tcp"
        case datagram = "udp"
    }

    /// A descriptor that does not block, for NIO to take.
    ///
    /// - Parameter onlyItsFamily: Whether a socket for every IPv6 address leaves the IPv4 ones to others.
    /// - Throws: ``MemberlistError/bindFailed(_:)``.
    static func make(
        _ kind: Kind,
        at endpoint: Endpoint,
        onlyItsFamily: Bool = false
    ) throws(MemberlistError) -> CInt {
        let isIPv4 = endpoint.address.isIPv4
        let descriptor = open(kind, isIPv4: isIPv4)
        guard descriptor >= 0 else { throw failure(kind, endpoint) }
        if kind == .stream { setOption(SOL_SOCKET, SO_REUSEADDR, to: 1, of: descriptor) }
        if !isIPv4, onlyItsFamily { setOption(CInt(IPPROTO_IPV6), IPV6_V6ONLY, to: 1, of: descriptor) }
        var storage = storage(endpoint, isIPv4: isIPv4)
        let bound = withUnsafePointer(to: &storage) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length(isIPv4: isIPv4))
            }
        }
        guard bound == 0, fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK) == 0 else {
            let error = failure(kind, endpoint)
            Self.close(descriptor)
            throw error
        }
        return descriptor
    }

    /// Connections that wait to be accepted. Those of a flood stand before a peer's, and what finds no place is lost.
    private static let backlog: CInt = 1_024

    /// NIO listens with a short queue on a socket that it is given, whatever its channel's option says; asked again,
    /// the system takes this one.
    static func lengthenQueue(of descriptor: CInt) {
        listen(descriptor, backlog)
    }

    static func close(_ descriptor: CInt) {
        #if canImport(Glibc)
        _ = Glibc.close(descriptor)
        #elseif canImport(Musl)
        _ = Musl.close(descriptor)
        #else
        _ = Darwin.close(descriptor)
        #endif
    }

    /// The system may give less.
    static func setReceiveBuffer(_ bytes: CInt, of descriptor: CInt) {
        setOption(SOL_SOCKET, SO_RCVBUF, to: bytes, of: descriptor)
    }

    private static func setOption(_ level: CInt, _ option: CInt, to value: CInt, of descriptor: CInt) {
        var value = value
        setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<CInt>.size))
    }

    static func storage(_ endpoint: Endpoint, isIPv4: Bool) -> sockaddr_storage {
        var storage = sockaddr_storage()
        withUnsafeMutableBytes(of: &storage) { target in
            if isIPv4 {
                target.storeBytes(of: endpoint.ipv4SocketAddress, as: sockaddr_in.self)
            } else {
                target.storeBytes(of: endpoint.ipv6SocketAddress, as: sockaddr_in6.self)
            }
        }
        return storage
    }

    static func length(isIPv4: Bool) -> socklen_t {
        socklen_t(isIPv4 ? MemoryLayout<sockaddr_in>.size : MemoryLayout<sockaddr_in6>.size)
    }

    private static func open(_ kind: Kind, isIPv4: Bool) -> CInt {
        let family = isIPv4 ? AF_INET : AF_INET6
        #if canImport(Glibc)
        let type = kind == .stream ? SOCK_STREAM : SOCK_DGRAM
        return socket(family, CInt(type.rawValue | SOCK_CLOEXEC.rawValue), 0)
        #elseif canImport(Musl)
        return socket(family, (kind == .stream ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC, 0)
        #else
        let descriptor = socket(family, kind == .stream ? SOCK_STREAM : SOCK_DGRAM, 0)
        if descriptor >= 0 { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        return descriptor
        #endif
    }

    private static func failure(_ kind: Kind, _ endpoint: Endpoint) -> MemberlistError {
        .bindFailed("\(endpoint)/\(kind.rawValue): \(String(cString: strerror(errno)))")
    }
}
