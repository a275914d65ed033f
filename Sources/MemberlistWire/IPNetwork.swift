/// A network of addresses, as CIDR writes it: `10.0.0.0/8`, `fd00::/8`.
///
/// An IPv4 network holds IPv4 addresses alone and an IPv6 network IPv6 addresses alone, `::/0` included: to allow
/// both, name both.
public struct IPNetwork: Hashable, Sendable {
    /// The network's first address.
    public let address: IPAddress
    /// How many bits of an address name the network: 0 to 32 for IPv4, 0 to 128 for IPv6.
    public let prefix: Int

    private let highMask: UInt64
    private let lowMask: UInt64

    /// Bits beyond the prefix are taken for zero. Nil where the prefix is longer than the address.
    public init?(_ address: IPAddress, prefix: Int) {
        guard 0...(address.isIPv4 ? 32 : 128) ~= prefix else { return nil }
        // An IPv4 address stands at the end of the 128 bits, behind 96 that say so.
        let bits = address.isIPv4 ? 96 + prefix : prefix
        highMask = Self.mask(bits)
        lowMask = Self.mask(bits - 64)
        self.address = IPAddress(high: address.high & highMask, low: address.low & lowMask)
        self.prefix = prefix
    }

    /// An address, a slash and the prefix; an address alone is the network of that address. Nil for anything else.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let address = IPAddress(String(first)) else { return nil }
        guard parts.count == 2 else {
            self.init(address, prefix: address.isIPv4 ? 32 : 128)
            return
        }
        let digits = parts[1]
        guard (1...3).contains(digits.utf8.count),
            digits.utf8.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }), let prefix = Int(digits)
        else { return nil }
        self.init(address, prefix: prefix)
    }

    /// Whether the address lies in the network.
    public func contains(_ other: IPAddress) -> Bool {
        other.isIPv4 == address.isIPv4 && other.high & highMask == address.high
            && other.low & lowMask == address.low
    }

    /// A half with that many ones in front.
    private static func mask(_ ones: Int) -> UInt64 {
        ones <= 0 ? 0 : ~0 << UInt64(64 - min(ones, 64))
    }
}

extension IPNetwork: CustomStringConvertible {
    /// `10.0.0.0/8` or `fd00::/8`.
    public var description: String { "\(address)/\(prefix)" }
}
