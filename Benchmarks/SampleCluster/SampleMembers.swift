package import MemberlistWire

/// Members of a cluster as clusters have them: names that differ in their numbers, addresses of one network, metadata
/// of a few bytes.
package enum SampleMembers {
    package static func name(_ number: Int) -> NodeName { NodeName("node-\(number).cluster") }

    package static func endpoint(_ number: Int) -> Endpoint {
        Endpoint(address: IPAddress(ipv4: 0x0a00_0001 + UInt32(number)), port: 7946)
    }

    package static func alive(_ number: Int, incarnation: UInt32 = 1) -> Alive {
        Alive(
            incarnation: incarnation,
            node: name(number),
            address: WireBytes(endpoint(number).address.bytes),
            port: 7946,
            meta: WireBytes(meta(number)),
            versions: [1, 5, 2, 0, 0, 0]
        )
    }

    package static func state(_ number: Int) -> PushNodeState {
        let alive = alive(number)
        return PushNodeState(
            name: alive.node,
            address: alive.address,
            port: alive.port,
            meta: alive.meta,
            incarnation: 1,
            state: 0,
            versions: alive.versions
        )
    }

    package static func message(_ message: Message) -> [UInt8] {
        var encoded: [UInt8] = []
        message.encode(into: &encoded)
        return encoded
    }

    /// Twelve alives of members whom the sample state holds too, and a word of the application's.
    package static func gossip(_ number: Int, of members: Int = 10_000) throws -> [UInt8] {
        var writer = CompoundWriter()
        for part in 0..<12 {
            // Spread over the whole cluster, as gossip is.
            try writer.append(.alive(alive((number * 157 + part * 797) % members)))
        }
        try writer.append(.user(Array("a message of the application's, number \(number)".utf8)[...]))
        var payload: [UInt8] = []
        writer.finish(into: &payload)
        return payload
    }

    /// Eight bytes that do not repeat from member to member.
    private static func meta(_ number: Int) -> [UInt8] {
        let mixed = UInt64(number &+ 1) &* 0x9E37_79B9_7F4A_7C15
        return (0..<8).map { UInt8(truncatingIfNeeded: mixed >> (8 * UInt64($0))) }
    }
}
