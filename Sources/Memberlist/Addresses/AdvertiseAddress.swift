internal import MemberlistWire
internal import NIOCore

/// Which address others are told, where the configuration does not say.
enum AdvertiseAddress {
    /// The bind address, or, where that stands for all, the first private one of this machine (RFC 6890), else
    /// any other, else loopback.
    static func choose(bound: IPAddress) -> IPAddress {
        guard bound.isUnspecified else { return bound }
        let candidates = interfaceAddresses().filter { !bound.isIPv4 || $0.isIPv4 }
        let ordered = candidates.filter(\.isIPv4) + candidates.filter { !$0.isIPv4 }
        return ordered.first(where: \.isPrivate) ?? ordered.first(where: { !$0.isLoopback && !$0.isLinkLocal }
        )
            ?? loopback(like: bound)
    }

    /// One of those that the host's name stands for, which others reach as this node listens: one of this machine's own
    /// where there is one, else the first; nil where none is of that family. What was written as an address is not
    /// doubted.
    static func choose(
        among found: [IPAddress],
        of host: String,
        reached: (IPAddress) -> Bool
    ) -> IPAddress? {
        if let written = IPAddress(host) { return written }
        let reached = found.filter(reached)
        let own = Set(interfaceAddresses())
        return reached.first(where: own.contains) ?? reached.first
    }

    private static func interfaceAddresses() -> [IPAddress] {
        let devices = (try? System.enumerateDevices()) ?? []
        return devices.compactMap { $0.address.flatMap(Endpoint.init)?.address }
    }

    private static func loopback(like bound: IPAddress) -> IPAddress {
        IPAddress(bound.isIPv4 ? "127.0.0.1" : "::1") ?? bound
    }
}

extension IPAddress {
    var isLoopback: Bool {
        let bytes = bytes
        return isIPv4 ? bytes[0] == 127 : bytes.dropLast().allSatisfy { $0 == 0 } && bytes.last == 1
    }

    var isLinkLocal: Bool {
        let bytes = bytes
        return isIPv4 ? bytes[0] == 169 && bytes[1] == 254 : bytes[0] == 0xfe && bytes[1] & 0xc0 == 0x80
    }

    /// RFC 6890's private-use and shared ranges, and IPv6's unique-local one.
    var isPrivate: Bool {
        let bytes = bytes
        guard isIPv4 else { return bytes[0] & 0xfe == 0xfc }
        switch (bytes[0], bytes[1]) {
        case (10, _), (172, 16...31), (192, 168), (100, 64...127): return true
        default: return false
        }
    }
}
