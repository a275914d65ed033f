internal import MemberlistWire

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// The sending side of the datagram port.
///
/// NIO reads the port; this writes it, with a descriptor of its own for the same socket. NIO closes a datagram
/// channel when one write fails, and a write fails whenever one member has no route: that must cost one
/// datagram and not the port. It also spares a buffer and an envelope for each datagram.
final class DatagramSocket {
    /// For NIO, which closes it.
    let readDescriptor: CInt
    private var writeDescriptor: CInt
    private let isIPv4: Bool
    private let takesMapped: Bool
    private var addresses: [Endpoint: sockaddr_storage] = [:]

    private static let cachedAddresses = 16_384

    /// - Throws: ``MemberlistError/bindFailed(_:)``.
    init(_ endpoint: Endpoint) throws(MemberlistError) {
        isIPv4 = endpoint.address.isIPv4
        takesMapped = !isIPv4 && endpoint.address.isUnspecified
        let family = isIPv4 ? AF_INET : AF_INET6
        let descriptor = socket(family, Self.datagramType, 0)
        guard descriptor >= 0 else { throw Self.failure("socket", endpoint) }
        readDescriptor = descriptor
        writeDescriptor = -1
        var storage = Self.storage(endpoint, isIPv4: isIPv4)
        let length = Self.length(isIPv4: isIPv4)
        let bound = withUnsafePointer(to: &storage) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) }
        }
        guard bound == 0 else {
            let error = Self.failure("bind", endpoint)
            close(descriptor)
            throw error
        }
        writeDescriptor = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
        guard writeDescriptor >= 0, Self.configure(descriptor) else {
            let error = Self.failure("fcntl", endpoint)
            closeBoth()
            throw error
        }
    }

    deinit { closeWriter() }

    /// Before NIO has taken the reading side.
    func closeBoth() {
        close(readDescriptor)
        closeWriter()
    }

    func closeWriter() {
        guard writeDescriptor >= 0 else { return }
        close(writeDescriptor)
        writeDescriptor = -1
    }

    /// Sends now or never: a datagram that the system does not take is lost, like one that the network drops.
    func send(_ datagram: [UInt8], to endpoint: Endpoint) -> Bool {
        guard writeDescriptor >= 0, reaches(endpoint.address) else { return false }
        return withUnsafePointer(to: address(of: endpoint)) { storage in
            storage.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                datagram.withUnsafeBytes { bytes in
                    sendto(
                        writeDescriptor,
                        bytes.baseAddress,
                        bytes.count,
                        0,
                        address,
                        Self.length(isIPv4: isIPv4)
                    ) == bytes.count
                }
            }
        }
    }

    private func reaches(_ address: IPAddress) -> Bool {
        isIPv4 == address.isIPv4 || takesMapped
    }

    private func address(of endpoint: Endpoint) -> sockaddr_storage {
        if let known = addresses[endpoint] { return known }
        if addresses.count >= Self.cachedAddresses { addresses.removeAll(keepingCapacity: true) }
        let storage = Self.storage(endpoint, isIPv4: isIPv4)
        addresses[endpoint] = storage
        return storage
    }

    private static func storage(_ endpoint: Endpoint, isIPv4: Bool) -> sockaddr_storage {
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

    private static func length(isIPv4: Bool) -> socklen_t {
        socklen_t(isIPv4 ? MemoryLayout<sockaddr_in>.size : MemoryLayout<sockaddr_in6>.size)
    }

    private static func configure(_ descriptor: CInt) -> Bool {
        // HashiCorp asks for 2 MiB too; the system may give less.
        var receiveBuffer: CInt = 2 * 1024 * 1024
        setsockopt(
            descriptor,
            SOL_SOCKET,
            SO_RCVBUF,
            &receiveBuffer,
            socklen_t(MemoryLayout<CInt>.size)
        )
        let flags = fcntl(descriptor, F_GETFL)
        return fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0
            && fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) == 0
    }

    private static func failure(_ call: String, _ endpoint: Endpoint) -> MemberlistError {
        .bindFailed("\(call) \(endpoint)/udp: \(String(cString: strerror(errno)))")
    }

    private static var datagramType: CInt {
        #if canImport(Glibc)
        CInt(SOCK_DGRAM.rawValue)
        #else
        SOCK_DGRAM
        #endif
    }
}
