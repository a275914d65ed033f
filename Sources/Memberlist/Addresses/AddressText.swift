internal import MemberlistWire

/// An address as people write it: `10.0.0.1`, `10.0.0.1:7946`, `::1`, `[::1]`, `[::1]:7946`, `seed.example`,
/// `seed.example:7946`.
package struct AddressText: Hashable, Sendable {
    enum Host: Hashable, Sendable {
        case address(IPAddress)
        case name(String)
    }

    let host: Host
    let port: UInt16?

    package init?(_ text: String) {
        if text.hasPrefix("[") {
            guard let close = text.firstIndex(of: "]"),
                let address = IPAddress(String(text[text.index(after: text.startIndex)..<close]))
            else { return nil }
            let rest = text[text.index(after: close)...]
            guard let port = Self.port(after: rest) else { return nil }
            self.init(host: .address(address), port: port)
        } else if let address = IPAddress(text) {
            // First, so that "::1" is an address and not a host with port 1.
            self.init(host: .address(address), port: nil)
        } else {
            let colon = text.firstIndex(of: ":") ?? text.endIndex
            let name = String(text[..<colon])
            guard !name.isEmpty, name.utf8.count <= 253, name.utf8.allSatisfy(Self.isNameByte),
                let port = Self.port(after: text[colon...])
            else { return nil }
            self.init(host: IPAddress(name).map(Host.address) ?? .name(name), port: port)
        }
    }

    private init(host: Host, port: UInt16?) {
        self.host = host
        self.port = port
    }

    /// A double optional: nil where the text is no port, `.some(nil)` where there is none.
    private static func port(after text: Substring) -> UInt16?? {
        guard let first = text.first else { return .some(nil) }
        let digits = text.dropFirst()
        let isNumber = digits.utf8.allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
        guard first == ":", isNumber, let port = UInt16(digits), port > 0 else { return nil }
        return .some(port)
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
