/// Why a text is no address, in words that say how to write one.
public enum AddressFault: Error, Hashable, Sendable, CaseIterable {
    /// There is nothing.
    case empty
    /// The host is neither an IP address nor a name of letters, digits, hyphens, underscores and dots.
    case badHost
    /// The port is no number below 65,536.
    case badPort
    /// An IPv6 address with a port, or half a bracket.
    case bareIPv6
    /// An address with an interface behind a `%`: what members tell each other has no place for one.
    case zone
    /// A port alone.
    case noHost
    /// A host alone where a port is needed.
    case noPort
    /// Port 0 where somebody must listen.
    case portZero
    /// `0.0.0.0` or `::` where others are to come.
    case unspecified
    /// A slash with no name before it, or one of more than 255 bytes.
    case badName
    /// `srv+` with an address in the place of a service's name.
    case badService
}

extension AddressFault: CustomStringConvertible {
    public var description: String {
        switch self {
        case .empty: "write HOST:PORT, such as 10.0.0.1:7946"
        case .badHost: "the host is neither an address nor a name: write HOST:PORT, such as 10.0.0.1:7946"
        case .badPort: "the port must be a number from 0 to 65535"
        case .bareIPv6: "write an IPv6 address with a port in brackets, such as [::1]:7946"
        case .zone: "IPv6 zones are not supported: write the address without the '%' and what follows it"
        case .noHost: "write the host before the colon, such as 10.0.0.1:7946"
        case .noPort: "write the port too, such as 10.0.0.1:7946 or [::1]:7946"
        case .portZero: "nobody listens on port 0: write the port of a member"
        case .unspecified: "nobody can reach that address: write one that the other members can reach"
        case .badName: "write a member's name of 1 to 255 bytes before the slash, such as web-1/10.0.0.1:7946"
        case .badService:
            "srv+ takes the name of a service, such as srv+members.example.org, whose records name the hosts"
        }
    }
}
