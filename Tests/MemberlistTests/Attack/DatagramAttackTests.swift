import MemberlistWire
import ProcessSupport
import Testing

extension AttackTests {
    /// Floods of datagrams (TRAPS 31 to 33, 36): what was recorded, changed, or inflates, by the hundred
    /// thousand, from strangers and from one who holds the key.
    @Suite struct Datagrams {
        private static let count = 100_000

        private static let secret = AttackedAgent.keyBytes

        private static func sealed(_ payload: [UInt8]) throws -> [UInt8] {
            let keyring = Keyring(primary: try SecretKey(bytes: secret))
            var frame: [UInt8] = []
            try keyring.seal(payload.span.bytes, padded: false, additionalData: RawSpan(), into: &frame)
            return frame
        }

        private static func compressed(_ algorithm: UInt8, _ body: [UInt8]) -> [UInt8] {
            var message: [UInt8] = []
            CompressMessage.writePrefix(algorithm: algorithm, bodyCount: body.count, into: &message)
            return message + body
        }

        /// 40 MiB of zeros in some 40 KB, in both of the compressions.
        private static func bombs() -> [[UInt8]] {
            let zeros = [UInt8](repeating: 0, count: 40 << 20)
            var (lzw, deflate): ([UInt8], [UInt8]) = ([], [])
            var first = LZWCompressor()
            first.compress(zeros.span.bytes, into: &lzw)
            var second = DeflateCompressor()
            second.compress(zeros.span.bytes, into: &deflate)
            return [compressed(CompressMessage.lzw, lzw), compressed(CompressMessage.deflate, deflate)]
        }

        private static func nestedCompounds() -> [UInt8] {
            var nested: [UInt8] = []
            while nested.count < 65_000 {
                nested = [7, 1] + withUnsafeBytes(of: UInt16(nested.count).bigEndian) { Array($0) } + nested
            }
            return nested
        }

        /// What a member with a fault might send.
        private static func lies() -> [[UInt8]] {
            let deep = [UInt8](repeating: 0x91, count: 60_000)
            return bombs() + [
                nestedCompounds(),
                compressed(0, compressed(0, [0])),
                [7, 255] + [UInt8](repeating: 0xff, count: 600),
                [7, 255, 0],
                [4, 0xdf, 0xff, 0xff, 0xff, 0xff],
                [4, 0x81, 0xa4] + Array("Meta".utf8) + [0xdb, 0xff, 0xff, 0xff, 0xff],
                [4, 0x81, 0xa4] + Array("Else".utf8) + deep,
                [3, 0x81, 0xa4] + Array("Node".utf8) + [0xdd, 0x7f, 0xff, 0xff, 0xff],
                [12, 0, 0, 0, 0, 8], [9], [244], [6], [10], [],
            ]
        }

        @Test("Trap 36: a hundred thousand bad datagrams delay nothing, and are taken once at most")
        func aHundredThousandFromStrangers() async throws {
            let agent = try await AttackedAgent()
            let message = try Self.sealed([8] + Array("recorded".utf8))
            let socket = try PlainSocket(port: agent.port)
            try await agent.endures(losesPings: true) {
                // All deliver it once at most.
                await socket.flood(Self.count) { _ in message }
                try await agent.target.wait("the message") { $0.payload == "recorded" ? true : nil }
                await socket.flood(Self.count) { index in
                    var changed = message
                    let bit = index % (8 * changed.count)
                    changed[bit / 8] ^= 1 << (bit % 8)
                    return changed
                }
                let lies = Self.lies()
                await socket.flood(Self.count / 10) { lies[$0 % lies.count] }
            }
            #expect(agent.target.events.count { $0.event == "message" } == 1)
            try await agent.end()
        }

        @Test func bombsByOneWhoHoldsTheKey() async throws {
            let agent = try await AttackedAgent()
            let socket = try PlainSocket(port: agent.port)
            try await agent.endures(losesPings: true) {
                for lie in Self.lies() where lie.count < 65_000 {
                    // Each is sealed anew, or it would be a replay; a few frames of each go round.
                    let frames = try (0..<20).map { _ in try Self.sealed(lie) }
                    await socket.flood(400) { frames[$0 % frames.count] }
                }
            }
            try await agent.end()
        }

        @Test func bombsAtANodeInPlaintext() async throws {
            let agent = try await AttackedAgent(encrypted: false)
            let socket = try PlainSocket(port: agent.port)
            let lies = Self.lies()
            try await agent.endures(losesPings: true) {
                await socket.flood(5_000) { lies[$0 % lies.count] }
                let noise: UInt32 = 19 << 20
                let claim = [8, 0x81, 0xaa] + Array("UserMsgLen".utf8) + [0xd2]
                _ = try await ConnectionFlood.run(300, port: agent.port) { _ in
                    Assault(
                        opening: claim + withUnsafeBytes(of: noise.bigEndian) { Array($0) },
                        noise: 18 << 20
                    )
                }
            }
            try await agent.end()
        }
    }
}
