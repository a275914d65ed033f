package import MemberlistWire

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
    private var run = DatagramRun()
    /// Whether the system cuts up what is sent in one call.
    private var cutsUp = true

    /// - Throws: ``MemberlistError/bindFailed(_:)``.
    convenience init(_ port: PortPair) throws(MemberlistError) {
        self.init(
            descriptor: fcntl(port.descriptor, F_DUPFD_CLOEXEC, 0),
            reach: port.reach,
            isLoopback: port.bound.address.isLoopback
        )
        guard descriptor >= 0 else {
            throw .bindFailed("\(port.bound)/udp: \(String(cString: strerror(errno)))")
        }
    }

    /// - Parameter descriptor: Closed by this.
    init(descriptor: CInt, reach: PortPair.Reach, isLoopback: Bool) {
        self.descriptor = descriptor
        self.reach = reach
        self.isLoopback = isLoopback
    }

    deinit { close() }

    func close() {
        guard descriptor >= 0 else { return }
        BoundSocket.close(descriptor)
        descriptor = -1
    }

    /// Takes a datagram, and sends it with those that follow it, at the latest when it is flushed.
    ///
    /// - Returns: How many of those taken so far could not be sent.
    func queue(_ datagram: [UInt8], to endpoint: Endpoint) -> Int {
        if run.append(datagram, to: endpoint) { return 0 }
        let unsent = flush()
        _ = run.append(datagram, to: endpoint)
        return unsent
    }

    /// Sends what was taken; returns how many datagrams could not be sent.
    func flush() -> Int {
        guard let receiver = run.receiver, !run.isEmpty else { return 0 }
        defer { run.removeAll() }
        guard descriptor >= 0 else { return run.count }
        let storage = address(of: receiver)
        return run.bytes.withUnsafeBytes { bytes in
            if run.count > 1, cutsUp, sendAtOnce(bytes, cutInto: run.length, to: storage) { return 0 }
            var unsent = 0
            for start in stride(from: 0, to: bytes.count, by: run.length) {
                let datagram = UnsafeRawBufferPointer(rebasing: bytes[start..<start + run.length])
                if !send(datagram, to: storage) { unsent += 1 }
            }
            return unsent
        }
    }

    /// Sends one datagram now.
    func send(_ datagram: [UInt8], to endpoint: Endpoint) -> Bool {
        guard descriptor >= 0 else { return false }
        return datagram.withUnsafeBytes { send($0, to: address(of: endpoint)) }
    }

    private func send(_ datagram: UnsafeRawBufferPointer, to storage: sockaddr_storage) -> Bool {
        withUnsafePointer(to: storage) { storage in
            storage.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                let length = BoundSocket.length(isIPv4: reach.isIPv4)
                return sendto(descriptor, datagram.baseAddress, datagram.count, 0, address, length)
                    == datagram.count
            }
        }
    }

    /// One call for a whole run. False where the system or the way does not take it, and it must go one by one.
    private func sendAtOnce(
        _ bytes: UnsafeRawBufferPointer,
        cutInto length: Int,
        to storage: sockaddr_storage
    ) -> Bool {
        #if os(Linux)
        var storage = storage
        let sent = withUnsafeMutableBytes(of: &storage) { name in
            withUnsafeTemporaryAllocation(byteCount: 24, alignment: 8) { control in
                // A control message's head: its length, UDP, UDP_SEGMENT; and how long each datagram is.
                control.initializeMemory(as: UInt8.self, repeating: 0)
                let head = MemoryLayout<Int>.size + 2 * MemoryLayout<CInt>.size
                control.storeBytes(of: head + MemoryLayout<UInt16>.size, as: Int.self)
                control.storeBytes(of: CInt(IPPROTO_UDP), toByteOffset: head - 8, as: CInt.self)
                control.storeBytes(of: Self.udpSegment, toByteOffset: head - 4, as: CInt.self)
                control.storeBytes(of: UInt16(length), toByteOffset: head, as: UInt16.self)
                var vector = iovec(
                    iov_base: UnsafeMutableRawPointer(mutating: bytes.baseAddress),
                    iov_len: bytes.count
                )
                return withUnsafeMutablePointer(to: &vector) { vector in
                    var message = msghdr()
                    message.msg_name = name.baseAddress
                    message.msg_namelen = BoundSocket.length(isIPv4: reach.isIPv4)
                    message.msg_iov = vector
                    message.msg_iovlen = 1
                    message.msg_control = control.baseAddress
                    message.msg_controllen = .init(control.count)
                    return sendmsg(descriptor, &message, 0)
                }
            }
        }
        if sent == bytes.count { return true }
        // What this system cannot do at all is not tried again; what one way cannot, is for the next one.
        if errno == EIO || errno == EOPNOTSUPP || errno == ENOPROTOOPT { cutsUp = false }
        return false
        #else
        return false
        #endif
    }

    #if os(Linux)
    /// From linux/udp.h, which the C library's headers leave out.
    private static let udpSegment: CInt = 103
    #endif

    private func address(of endpoint: Endpoint) -> sockaddr_storage {
        BoundSocket.storage(endpoint, isIPv4: reach.isIPv4)
    }
}

/// The sending sides of all of a node's datagram sockets: a datagram leaves from one of its receiver's family.
package final class DatagramSockets: DatagramSender {
    private let sockets: [DatagramSocket]
    /// Of those taken since the last flush, how many could not be sent.
    private var unsent = 0

    /// - Throws: ``MemberlistError/bindFailed(_:)``.
    package init(_ ports: [PortPair]) throws(MemberlistError) {
        sockets = try ports.map { port throws(MemberlistError) in try DatagramSocket(port) }
    }

    /// From a loopback address nothing goes out of this machine, and to one an answer may find no way: so a socket
    /// that is like the receiver in that comes first, and another where the first cannot.
    package func send(_ datagram: [UInt8], to endpoint: Endpoint, named _: NodeName?) -> Bool {
        if sockets.count == 1 {
            guard sockets[0].reach.contains(endpoint.address) else { return false }
            unsent += sockets[0].queue(datagram, to: endpoint)
            return true
        }
        return sendNow(datagram, to: endpoint)
    }

    package func flush() -> Int {
        defer { unsent = 0 }
        return sockets.reduce(unsent) { $0 + $1.flush() }
    }

    private func sendNow(_ datagram: [UInt8], to endpoint: Endpoint) -> Bool {
        for isAlike in [true, false] {
            for socket in sockets where socket.reach.contains(endpoint.address) {
                guard (socket.isLoopback == endpoint.address.isLoopback) == isAlike else { continue }
                if socket.send(datagram, to: endpoint) { return true }
            }
        }
        return false
    }

    package func close() {
        for socket in sockets { socket.close() }
    }
}
