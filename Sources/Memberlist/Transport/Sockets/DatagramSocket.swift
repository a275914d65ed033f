internal import MemberlistWire

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// The sending side of one datagram socket.
///
/// NIO reads the port; this writes it, with a descriptor of its own for the same socket. NIO closes a datagram
/// channel when one write fails, and a write fails whenever one member has no route: that must cost one
/// datagram and not the port. It also spares a buffer and an envelope for each datagram.
final class DatagramSocket {
    let reach: PortPair.Reach
    /// Whether it is bound to this machine alone.
    let isLoopback: Bool
    private var descriptor: CInt
    private var addresses: [Endpoint: sockaddr_storage] = [:]

    private static let cachedAddresses = 16_384

    /// - Throws: ``MemberlistError/bindFailed(_:)``.
    init(_ port: PortPair) throws(MemberlistError) {
        reach = port.reach
        isLoopback = port.bound.address.isLoopback
        descriptor = fcntl(port.descriptor, F_DUPFD_CLOEXEC, 0)
        guard descriptor >= 0 else {
            throw .bindFailed("\(port.bound)/udp: \(String(cString: strerror(errno)))")
        }
    }

    deinit { close() }

    func close() {
        guard descriptor >= 0 else { return }
        BoundSocket.close(descriptor)
        descriptor = -1
    }

    func send(_ datagram: [UInt8], to endpoint: Endpoint) -> Bool {
        guard descriptor >= 0 else { return false }
        return withUnsafePointer(to: address(of: endpoint)) { storage in
            storage.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                datagram.withUnsafeBytes { bytes in
                    sendto(
                        descriptor,
                        bytes.baseAddress,
                        bytes.count,
                        0,
                        address,
                        BoundSocket.length(isIPv4: reach.isIPv4)
                    ) == bytes.count
                }
            }
        }
    }

    private func address(of endpoint: Endpoint) -> sockaddr_storage {
        if let known = addresses[endpoint] { return known }
        if addresses.count >= Self.cachedAddresses { addresses.removeAll(keepingCapacity: true) }
        let storage = BoundSocket.storage(endpoint, isIPv4: reach.isIPv4)
        addresses[endpoint] = storage
        return storage
    }
}

/// The sending sides of all of a node's datagram sockets: a datagram leaves from one of its receiver's family.
final class DatagramSockets: DatagramSender {
    private let sockets: [DatagramSocket]

    /// - Throws: ``MemberlistError/bindFailed(_:)``.
    init(_ ports: [PortPair]) throws(MemberlistError) {
        sockets = try ports.map { port throws(MemberlistError) in try DatagramSocket(port) }
    }

    /// From a loopback address nothing goes out of this machine, and to one an answer may find no way: so a socket
    /// that is like the receiver in that comes first, and another where the first cannot.
    func send(_ datagram: [UInt8], to endpoint: Endpoint, named _: NodeName?) -> Bool {
        let isLoopback = sockets.count > 1 && endpoint.address.isLoopback
        for socket in sockets where socket.reach.contains(endpoint.address) {
            guard sockets.count == 1 || socket.isLoopback == isLoopback else { continue }
            if socket.send(datagram, to: endpoint) { return true }
        }
        guard sockets.count > 1 else { return false }
        for socket in sockets where socket.reach.contains(endpoint.address) {
            guard socket.isLoopback != isLoopback else { continue }
            if socket.send(datagram, to: endpoint) { return true }
        }
        return false
    }

    func close() {
        for socket in sockets { socket.close() }
    }
}
