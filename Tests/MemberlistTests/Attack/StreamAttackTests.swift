import MemberlistWire
import Testing

/// Attacks on an agent in a process of its own. One after another: each measures its memory.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct AttackTests {}

extension AttackTests {
    /// Streams of strangers by the thousand (TRAPS 34 and 35): no answer, little memory, gone in two seconds.
    @Suite struct Streams {
        /// Two seconds for a stream that says nothing; the rest is for a busy machine. What the agent grants a
        /// peer that goes on sending is 30.
        static let patience = Duration.seconds(15)

        static let mebibytes19: UInt32 = 19 << 20

        /// A record's head that claims so many bytes, and a frame's first byte.
        static func head(_ claim: UInt32, version: UInt8 = 1) -> [UInt8] {
            [10] + withUnsafeBytes(of: claim.bigEndian) { Array($0) } + [version]
        }

        static let assaults: [(String, @Sendable (Int) -> Assault)] = [
            ("silence", { _ in Assault() }),
            ("a byte a second", { Assault(opening: [[10], [244], []][$0 % 3], drips: true) }),
            (
                "19 MiB of noise",
                { index in
                    let openings = [
                        head(mebibytes19), head(mebibytes19, version: 0x20), head(.max), head(mebibytes19),
                        [244, 4] + Array("else".utf8) + head(mebibytes19), [UInt8(index % 14)],
                    ]
                    return Assault(opening: openings[index % openings.count], noise: Int(mebibytes19))
                }
            ),
            (
                "a stall just below what is free",
                { _ in Assault(opening: head(mebibytes19), noise: Limits.streamAllowance - 6) }
            ),
            ("a stall at 60 KiB", { _ in Assault(opening: head(mebibytes19), noise: 60_000) }),
        ]

        @Test("Trap 34: a thousand streams of strangers are bounded in memory and time, and delay no probe")
        func aThousandStrangers() async throws {
            let agent = try await AttackedAgent()
            for (name, assault) in Self.assaults {
                try await agent.endures {
                    let flood = try await ConnectionFlood.run(1_000, port: agent.port, assault)
                    #expect(flood.answered == 0, "\(name)")
                    #expect(flood.longest < Self.patience, "\(name)")
                    print("attack: \(name), the longest connection \(flood.longest)")
                }
            }
            try await agent.end()
        }
    }
}
