internal import CCares
internal import MemberlistWire

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// The configuration's name servers, as the library takes them.
struct DNSServers {
    private static let usualPort: UInt16 = 53

    private let endpoints: [Endpoint]

    /// Texts that are no addresses were refused with the configuration.
    init(_ texts: [String]) {
        endpoints = texts.compactMap { Self.endpoint($0) }
    }

    /// `10.0.0.53`, `10.0.0.53:5353`, `::1`, `[::1]:5353`; nil for anything else.
    static func endpoint(_ text: String) -> Endpoint? {
        guard let parsed = try? AddressText(joining: text), let address = IPAddress(parsed.host),
            !address.isUnspecified
        else { return nil }
        return Endpoint(address: address, port: parsed.port ?? usualPort)
    }

    /// - Returns: The library's status; where there are none, those of the system stay.
    func apply(to channel: ares_channel) -> CInt {
        guard !endpoints.isEmpty else { return ARES_SUCCESS.code }
        var nodes = endpoints.map(Self.node)
        return nodes.withUnsafeMutableBufferPointer { nodes in
            guard let first = nodes.baseAddress else { return ARES_SUCCESS.code }
            for index in nodes.indices.dropLast() { nodes[index].next = first + index + 1 }
            return ares_set_servers_ports(channel, first)
        }
    }

    private static func node(_ endpoint: Endpoint) -> ares_addr_port_node {
        var node = ares_addr_port_node()
        node.udp_port = CInt(endpoint.port)
        node.tcp_port = CInt(endpoint.port)
        if endpoint.address.isIPv4 {
            node.family = AF_INET
            node.addr.addr4 = endpoint.ipv4SocketAddress.sin_addr
        } else {
            node.family = AF_INET6
            withUnsafeMutableBytes(of: &node.addr.addr6) { $0.copyBytes(from: endpoint.address.bytes) }
        }
        return node
    }
}
