import Memberlist

/// A host, by name or address, and perhaps a port, as a person writes them: `10.0.0.1:7946`, `[::1]:7946`,
/// `web-1.example`.
struct HostPort: Hashable, Sendable {
    /// A name, or an address without brackets; empty where the text began with the colon.
    let host: String
    let port: UInt16?

    init(host: String, port: UInt16?) {
        self.host = host
        self.port = port
    }

    init(parsing text: String) throws(AddressFault) {
        guard !text.isEmpty else { throw .empty }
        let colons = text.utf8.count { $0 == UInt8(ascii: ":") }
        if text.hasPrefix("[") {
            self = try Self.bracketed(text)
        } else if colons > 1 {
            guard IPAddress(text) != nil else { throw text.contains("%") ? .zone : .bareIPv6 }
            self.init(host: text, port: nil)
        } else {
            let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            let host = String(parts[0])
            guard host.isEmpty || Self.isHost(host) else { throw .badHost }
            self.init(host: host, port: try parts.count > 1 ? Self.port(parts[1]) : nil)
        }
    }

    private static func bracketed(_ text: String) throws(AddressFault) -> HostPort {
        guard let end = text.firstIndex(of: "]") else { throw .bareIPv6 }
        let host = String(text[text.index(after: text.startIndex)..<end])
        let rest = text[text.index(after: end)...]
        guard !host.contains("%") else { throw .zone }
        guard host.contains(":"), IPAddress(host) != nil else { throw .badHost }
        guard !rest.isEmpty else { return HostPort(host: host, port: nil) }
        guard rest.hasPrefix(":") else { throw .bareIPv6 }
        return HostPort(host: host, port: try port(rest.dropFirst()))
    }

    private static func port(_ text: Substring) throws(AddressFault) -> UInt16 {
        guard text.utf8.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains), let port = UInt16(text)
        else { throw .badPort }
        return port
    }

    /// An IPv4 address, or a name: letters, digits, hyphens and underscores between dots. A name that ends
    /// in a number is an address written wrongly.
    private static func isHost(_ text: String) -> Bool {
        if IPAddress(text) != nil { return true }
        let name = text.hasSuffix(".") ? text.dropLast() : text[...]
        let labels = name.split(separator: ".", omittingEmptySubsequences: false)
        guard name.utf8.count <= 253, let last = labels.last else { return false }
        guard !last.utf8.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains) else { return false }
        return labels.allSatisfy { label in
            (1...63).contains(label.utf8.count) && label.utf8.first != UInt8(ascii: "-")
                && label.unicodeScalars.allSatisfy { scalar in
                    scalar.isASCII
                        && (scalar.properties.isAlphabetic || "0123456789-_".unicodeScalars.contains(scalar))
                }
        }
    }
}

extension HostPort: CustomStringConvertible {
    var description: String {
        let host = self.host.contains(":") ? "[\(self.host)]" : self.host
        return port.map { "\(host):\($0)" } ?? host
    }

    /// The same with a port in any case.
    func description(defaultPort: UInt16) -> String {
        HostPort(host: host, port: port ?? defaultPort).description
    }
}

/// Why a text is no address, in words that say how to write one.
enum AddressFault: Error, Hashable, CustomStringConvertible {
    case empty, badHost, badPort, bareIPv6, zone, noHost, noPort, portZero, unspecified

    var description: String {
        switch self {
        case .empty: "write HOST:PORT, such as 10.0.0.1:7946"
        case .badHost: "the host is neither an address nor a name: write HOST:PORT, such as 10.0.0.1:7946"
        case .badPort: "the port must be a number from 0 to 65535"
        case .bareIPv6: "write an IPv6 address with a port in brackets, such as [::1]:7946"
        case .zone: "IPv6 zones are not supported: write the address without the '%' and what follows it"
        case .noHost: "write the host before the colon, such as 10.0.0.1:7946"
        case .noPort: "write the port too, such as 10.0.0.1:7946 or [::1]:7946"
        case .unspecified: "nobody can reach that address: write one that the other members can reach"
        case .portZero: "nobody listens on port 0: write the port of a member"
        }
    }
}

extension HostPort {
    /// An address to join: a host, and no port 0.
    init(joining text: String) throws(AddressFault) {
        self = try HostPort(parsing: text)
        guard !host.isEmpty else { throw .noHost }
        guard port != 0 else { throw .portZero }
    }

    /// An address to listen on: a port must be said, 0 for any; no host stands for all IPv4 addresses.
    init(binding text: String) throws(AddressFault) {
        let parsed = try HostPort(parsing: text)
        guard parsed.port != nil else { throw parsed.host.contains(":") ? .bareIPv6 : .noPort }
        self = parsed.host.isEmpty ? HostPort(host: "0.0.0.0", port: parsed.port) : parsed
    }

    /// An address to tell the others: a host that they can reach, and the port that is bound unless another
    /// one is said.
    init(advertising text: String) throws(AddressFault) {
        self = try HostPort(joining: text)
        guard IPAddress(host)?.isUnspecified != true else { throw .unspecified }
    }
}
