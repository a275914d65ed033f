import FixtureSupport
import MemberlistWire
import Testing

@testable import MemberlistCore

/// What is kept of a state that was told.
@Suite struct StateBlocksTests {
    private static let members = 300

    private static func alive(_ number: Int, incarnation: UInt32, meta: [UInt8] = [1]) -> Message {
        .alive(
            Alive(
                incarnation: incarnation,
                node: NodeName("member-\(number)"),
                address: [10, 1, UInt8(number >> 8), UInt8(number & 0xff)],
                port: 7946,
                meta: WireBytes(meta),
                versions: [1, 5, 2, 0, 0, 0]
            )
        )
    }

    private static func core() -> GossipProtocol {
        var configuration = ProtocolConfiguration(
            name: "self",
            endpoint: Endpoint(address: IPAddress(ipv4: 0x0a00_0001), port: 7946)
        )
        configuration.gossipToTheDead = 1_000_000_000
        configuration.healInterval = 0
        return GossipProtocol(configuration: configuration, seed: 1, at: Instant(nanoseconds: 0))
    }

    private static let peer = Endpoint(address: IPAddress(ipv4: 0x0a00_0002), port: 7946)

    /// Whatever happens to members, what is told of them is what the table says; their order is the table's.
    @Test func whatIsToldIsWhatTheTableSays() {
        var core = Self.core()
        var random = SeededRandom(seed: 5)
        var now = Instant(nanoseconds: 0)
        for round in 0..<3_000 {
            let number = Int.random(in: 0..<Self.members, using: &random)
            let name = NodeName("member-\(number)")
            let incarnation = UInt32.random(in: 1...20, using: &random)
            let message: Message =
                switch Int.random(in: 0..<8, using: &random) {
                case 0: .suspect(Suspect(incarnation: incarnation, node: name, from: "other"))
                case 1: .dead(Dead(incarnation: incarnation, node: name, from: "other"))
                case 2: .dead(Dead(incarnation: incarnation, node: name, from: name))
                default:
                    Self.alive(
                        number,
                        incarnation: incarnation,
                        meta: [UInt8.random(in: 0...3, using: &random)]
                    )
                }
            core.handle(.messageReceived(message, from: Self.peer), at: now)
            if round % 200 == 199 {
                now = now.advanced(byNanoseconds: 700_000_000)
                core.advance(to: now)
            }
            while core.nextDirective() != nil {}
            guard round % 10 == 9 else { continue }
            let told = core.localState(join: false).heard.nodes.map { "\($0)" }
            #expect(
                told
                    == core.table.all.map { row in
                        var writer = NodeStateWriter(count: 1)
                        row.write(to: &writer)
                        return "\(writer.finish()[0])"
                    }
            )
        }
    }

    @Test func aBlockWhoseMembersSayTheSameIsTheSame() {
        var core = Self.core()
        for number in 0..<Self.members {
            core.handle(
                .messageReceived(Self.alive(number, incarnation: 1), from: Self.peer),
                at: Instant(nanoseconds: 0)
            )
        }
        let first = core.localState(join: false).blocks
        // Told again, probed, gossiped about: none of that is told of a member.
        core.handle(
            .messageReceived(Self.alive(140, incarnation: 1), from: Self.peer),
            at: Instant(nanoseconds: 1)
        )
        core.advance(to: Instant(nanoseconds: 400_000_000))
        let second = core.localState(join: true).blocks
        #expect(first.count == 3 && zip(first, second).prefix(2).allSatisfy { $0 === $1 })
        core.handle(
            .messageReceived(Self.alive(140, incarnation: 2), from: Self.peer),
            at: Instant(nanoseconds: 400_000_000)
        )
        let third = core.localState(join: false).blocks
        #expect(third[0] === first[0] && third[1] !== first[1])
    }
}
