import MemberlistWire

/// Datagrams of gossip: thirteen alives each, 1.1 KB.
enum Samples {
    static let messages = alives(from: 0)
    static let payloads: [[UInt8]] = (0..<16).map { datagram in
        var writer = CompoundWriter()
        for message in alives(from: datagram * 13) { must { try writer.append(message) } }
        var payload: [UInt8] = []
        writer.finish(into: &payload)
        return payload
    }
    static let lzw = payloads.map { payload in
        var compressor = LZWCompressor()
        var output: [UInt8] = []
        compressor.compress(payload.span.bytes, into: &output)
        return output
    }
    static let deflated = payloads.map { payload in
        var compressor = DeflateCompressor(windowBits: 12)
        var output: [UInt8] = []
        compressor.compress(payload.span.bytes, into: &output)
        return output
    }
    static let ring = must { Keyring(primary: try SecretKey.random()) }

    private static func alives(from first: Int) -> [Message] {
        (first..<first + 13).map { number in
            let mixed = UInt64(number &+ 1) &* 0x9E37_79B9_7F4A_7C15
            return .alive(
                Alive(
                    incarnation: 1,
                    node: NodeName("node-\(number * 797 % 10_000).cluster"),
                    address: [
                        10, 0, UInt8(truncatingIfNeeded: number >> 8), UInt8(truncatingIfNeeded: number),
                    ],
                    port: 7946,
                    meta: WireBytes((0..<8).map { UInt8(truncatingIfNeeded: mixed >> (8 * UInt64($0))) }),
                    versions: [1, 5, 2, 0, 0, 0]
                )
            )
        }
    }

    /// What is made here cannot fail but by a mistake of this file's.
    private static func must<Value>(_ make: () throws -> Value) -> Value {
        do { return try make() } catch { preconditionFailure("\(error)") }
    }
}
