internal import MemberlistWire

/// A host, by name or address, and perhaps a port, as people write them: `10.0.0.1`, `10.0.0.1:7946`, `::1`,
/// `[::1]`, `[::1]:7946`, `seed.example`, `seed.example:7946`.
///
/// An IPv6 address without brackets has no port, whatever it ends in: `fe80::1:7946` is an address.
package struct AddressText: Hashable, Sendable {
    /// A name, or an address without brackets; empty where the text began with the colon.
    package let host: String
    package let port: UInt16?

    private static let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
    private static let longestHost = 253
    private static let longestLabel = 63

    package init(host: String, port: UInt16?) {
        self.host = host
        self.port = port
    }

    package init(parsing text: String) throws(AddressFault) {
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

    /// An address to join: a host, and no port 0.
    package init(joining text: String) throws(AddressFault) {
        self = try AddressText(parsing: text)
        guard !host.isEmpty else { throw .noHost }
        guard port != 0 else { throw .portZero }
    }

    /// An address to listen on: a port must be said, 0 for any; no host stands for all IPv4 addresses.
    package init(binding text: String) throws(AddressFault) {
        let parsed = try AddressText(parsing: text)
        guard parsed.port != nil else { throw parsed.host.contains(":") ? .bareIPv6 : .noPort }
        self = parsed.host.isEmpty ? AddressText(host: "0.0.0.0", port: parsed.port) : parsed
    }

    /// An address to tell the others: a host that they can reach, and the port that is bound unless another
    /// one is said.
    package init(advertising text: String) throws(AddressFault) {
        self = try AddressText(joining: text)
        guard IPAddress(host)?.isUnspecified != true else { throw .unspecified }
    }

    private static func bracketed(_ text: String) throws(AddressFault) -> AddressText {
        guard let end = text.firstIndex(of: "]") else { throw .bareIPv6 }
        let host = String(text[text.index(after: text.startIndex)..<end])
        let rest = text[text.index(after: end)...]
        guard !host.contains("%") else { throw .zone }
        guard host.contains(":"), IPAddress(host) != nil else { throw .badHost }
        guard !rest.isEmpty else { return AddressText(host: host, port: nil) }
        guard rest.hasPrefix(":") else { throw .bareIPv6 }
        return AddressText(host: host, port: try port(rest.dropFirst()))
    }

    private static func port(_ text: Substring) throws(AddressFault) -> UInt16 {
        guard text.utf8.allSatisfy(digits.contains), let port = UInt16(text) else { throw .badPort }
        return port
    }

    /// An IPv4 address, or a name: letters, digits, hyphens and underscores between dots. A name that ends
    /// in a number is an address written wrongly.
    private static func isHost(_ text: String) -> Bool {
        if IPAddress(text) != nil { return true }
        let name = text.hasSuffix(".") ? text.dropLast() : text[...]
        let labels = name.split(separator: ".", omittingEmptySubsequences: false)
        guard name.utf8.count <= longestHost, let last = labels.last else { return false }
        guard !last.utf8.allSatisfy(digits.contains) else { return false }
        return labels.allSatisfy { label in
            (1...longestLabel).contains(label.utf8.count) && label.utf8.first != UInt8(ascii: "-")
                && label.utf8.allSatisfy(isNameByte)
        }
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), digits,
            UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}

extension AddressText: CustomStringConvertible {
    package var description: String {
        let host = self.host.contains(":") ? "[\(self.host)]" : self.host
        return port.map { "\(host):\($0)" } ?? host
    }
}
