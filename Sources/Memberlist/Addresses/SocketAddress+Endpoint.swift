internal import MemberlistWire
internal import NIOCore

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

extension Endpoint {
    /// Nil for a socket that has no IP address.
    init?(_ socketAddress: SocketAddress) {
        switch socketAddress {
        case .v4(let four):
            let address = four.address
            self.init(sin: address)
        case .v6(let six):
            let address = six.address
            self.init(sin6: address)
        case .unixDomainSocket:
            return nil
        }
    }

    private init(sin: sockaddr_in) {
        self.init(
            address: IPAddress(ipv4: UInt32(bigEndian: sin.sin_addr.s_addr)),
            port: UInt16(bigEndian: sin.sin_port)
        )
    }

    private init(sin6: sockaddr_in6) {
        let halves = withUnsafeBytes(of: sin6.sin6_addr) { bytes in
            (
                UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
                UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            )
        }
        self.init(
            address: IPAddress(high: halves.0, low: halves.1),
            port: UInt16(bigEndian: sin6.sin6_port)
        )
    }

    /// From what a resolver returns; nil for other families.
    init?(_ address: UnsafePointer<sockaddr>, port: UInt16) {
        let raw = UnsafeRawPointer(address)
        switch CInt(address.pointee.sa_family) {
        case AF_INET: self.init(sin: raw.loadUnaligned(as: sockaddr_in.self))
        case AF_INET6: self.init(sin6: raw.loadUnaligned(as: sockaddr_in6.self))
        default: return nil
        }
        self.port = port
    }

    var ipv4SocketAddress: sockaddr_in {
        var result = sockaddr_in()
        result.sin_family = sa_family_t(AF_INET)
        result.sin_port = port.bigEndian
        withUnsafeMutableBytes(of: &result.sin_addr) { $0.copyBytes(from: address.bytes) }
        return result
    }

    /// The address as 16 bytes, an IPv4 one in its mapped form.
    var ipv6SocketAddress: sockaddr_in6 {
        var result = sockaddr_in6()
        result.sin6_family = sa_family_t(AF_INET6)
        result.sin6_port = port.bigEndian
        let bytes = address.bytes
        withUnsafeMutableBytes(of: &result.sin6_addr) { target in
            if bytes.count == 4 {
                target[10] = 0xff
                target[11] = 0xff
                for index in 0..<4 { target[12 + index] = bytes[index] }
            } else {
                target.copyBytes(from: bytes)
            }
        }
        return result
    }

    /// For a connection, in the address's own family.
    var socketAddress: SocketAddress {
        address.isIPv4 ? SocketAddress(ipv4SocketAddress) : SocketAddress(ipv6SocketAddress)
    }
}
