import MemberlistWire
import SampleCluster

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
        (first..<first + 13).map { .alive(SampleMembers.alive($0 * 797 % 10_000)) }
    }

    /// What is made here cannot fail but by a mistake of this file's.
    private static func must<Value>(_ make: () throws -> Value) -> Value {
        do { return try make() } catch { preconditionFailure("\(error)") }
    }
}
