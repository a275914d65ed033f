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
        readDescriptor = try BoundSocket.make(.datagram, at: endpoint)
        // HashiCorp asks for 2 MiB too; the system may give less.
        BoundSocket.setOption(SO_RCVBUF, to: 2 * 1024 * 1024, of: readDescriptor)
        writeDescriptor = fcntl(readDescriptor, F_DUPFD_CLOEXEC, 0)
        guard writeDescriptor >= 0 else {
            close(readDescriptor)
            throw .bindFailed("\(endpoint)/udp: \(String(cString: strerror(errno)))")
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
                        BoundSocket.length(isIPv4: isIPv4)
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
        let storage = BoundSocket.storage(endpoint, isIPv4: isIPv4)
        addresses[endpoint] = storage
        return storage
    }
}
