package import MemberlistWire

/// Where a member may be found, in every form that a join takes: an ``AddressText``, a service whose SRV records name
/// hosts and ports (`_memberlist._tcp.example.org`, `srv+members.example.org`), and either behind a member's name
/// (`web-1/10.0.0.1:7946`).
package struct JoinAddress: Hashable, Sendable {
    package enum Place: Hashable, Sendable {
        case address(IPAddress)
        case host(String)
        case service(String)
    }

    /// Who is expected there, HashiCorp's hint; nil where it does not say.
    package let name: NodeName?
    package let place: Place
    package let port: UInt16?

    private static let servicePrefix = "srv+"

    package init(_ text: String) throws(AddressFault) {
        guard !text.isEmpty else { throw .empty }
        var rest = text[...]
        // The last one: no address has a slash, and a name may.
        if let slash = text.lastIndex(of: "/") {
            let name = NodeName(String(text[..<slash]))
            guard 1...Limits.name ~= name.bytes.count else { throw .badName }
            self.name = name
            rest = text[text.index(after: slash)...]
        } else {
            name = nil
        }
        let isService = rest.hasPrefix(Self.servicePrefix)
        let parsed = try AddressText(
            joining: String(isService ? rest.dropFirst(Self.servicePrefix.count) : rest)
        )
        port = parsed.port
        if let address = IPAddress(parsed.host) {
            guard !isService else { throw .badService }
            guard !address.isUnspecified else { throw .unspecified }
            place = .address(address)
        } else {
            place = isService || Self.isService(parsed.host) ? .service(parsed.host) : .host(parsed.host)
        }
    }

    /// RFC 2782's form: no host's name begins so.
    private static func isService(_ host: String) -> Bool {
        let labels = host.split(separator: ".", maxSplits: 2)
        return labels.count >= 2 && labels[0].hasPrefix("_") && labels[1].hasPrefix("_")
    }
}
