#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// An IPv4 or IPv6 address, compared by what it means: the IPv4-mapped form `::ffff:a.b.c.d` is the IPv4
/// address.
public struct IPAddress: Hashable, Sendable {
    /// The 16 bytes, big-endian; an IPv4 address in its mapped form.
    package let high: UInt64
    package let low: UInt64

    private static let mappedPrefix: UInt64 = 0xffff

    /// An address of 4 or 16 bytes; nil for any other count.
    public init?(bytes: some Collection<UInt8>) {
        self.init(bytes: Array(bytes)[...])
    }

    /// The same, of a message's field: nearly every datagram holds one, and this costs no allocation.
    package init?(bytes: ArraySlice<UInt8>) {
        guard let address = bytes.withUnsafeBytes(IPAddress.init) else { return nil }
        self = address
    }

    /// The same, of bytes where they stand.
    package init?(_ bytes: UnsafeRawBufferPointer) {
        switch bytes.count {
        case 4:
            self.init(ipv4: UInt32(bigEndian: bytes.loadUnaligned(as: UInt32.self)))
        case 16:
            self.init(
                high: UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
                low: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            )
        default:
            return nil
        }
    }

    /// The same, of a socket address in network order; no allocation.
    package init(ipv4 number: UInt32) {
        high = 0
        low = Self.mappedPrefix << 32 | UInt64(number)
    }

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// An address written as `10.0.0.1` or `fe80::1`, without brackets, port or zone; nil for anything else.
    public init?(_ text: String) {
        var four = in_addr()
        var six = in6_addr()
        if inet_pton(AF_INET, text, &four) == 1 {
            self.init(bytes: withUnsafeBytes(of: &four) { Array($0) })
        } else if inet_pton(AF_INET6, text, &six) == 1 {
            self.init(bytes: withUnsafeBytes(of: &six) { Array($0) })
        } else {
            return nil
        }
    }

    /// Whether this is an IPv4 address.
    public var isIPv4: Bool { high == 0 && low >> 32 == Self.mappedPrefix }

    /// Whether this is the address that stands for "any": `0.0.0.0` or `::`.
    public var isUnspecified: Bool { high == 0 && (low == 0 || low == Self.mappedPrefix << 32) }

    /// The address's bytes, big-endian: 4 for IPv4, 16 for IPv6.
    public var bytes: [UInt8] {
        let all = [high, low].flatMap { half in
            (0..<8).map { UInt8(truncatingIfNeeded: half >> (56 - 8 * UInt64($0))) }
        }
        return isIPv4 ? Array(all[12...]) : all
    }
}

extension IPAddress: CustomStringConvertible {
    /// `10.0.0.1` or `fe80::1`.
    public var description: String {
        let family = isIPv4 ? AF_INET : AF_INET6
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let written = bytes.withUnsafeBytes { source in
            inet_ntop(family, source.baseAddress, &text, socklen_t(text.count)) != nil
        }
        guard written else { return "" }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

/// An address and a port: where a node listens, with datagrams and with streams.
public struct Endpoint: Hashable, Sendable {
    /// The address, of either family.
    public var address: IPAddress
    /// The port, of UDP and TCP alike.
    public var port: UInt16

    /// An address with a port.
    public init(address: IPAddress, port: UInt16) {
        self.address = address
        self.port = port
    }
}

extension Endpoint: CustomStringConvertible {
    /// `10.0.0.1:7946` or `[fe80::1]:7946`.
    public var description: String {
        address.isIPv4 ? "\(address):\(port)" : "[\(address)]:\(port)"
    }
}
