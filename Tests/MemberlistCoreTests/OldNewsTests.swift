import MemberlistWire
import Testing

@testable import MemberlistCore

/// A merge passes over what it knows without hearing it. What it passes over, hearing would not change: each state
/// that is alive is merged into one node and told to another, and both must do and know the same.
@Suite struct OldNewsTests {
    /// One field of a known member's state, made another.
    private static let changes: [(String, @Sendable (inout PushNodeState) -> Void)] = [
        ("nothing", { _ in }),
        ("lower incarnation", { $0.incarnation = 0 }),
        ("higher incarnation", { $0.incarnation = 4 }),
        ("implausible incarnation", { $0.incarnation = 1 << 31 }),
        ("other address", { $0.address = [10, 0, 9, 9] }),
        ("mapped address", { $0.address = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 10, 0, 0, 3] }),
        ("other IPv6 address", { $0.address = [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 10, 0, 0, 3] }),
        ("short address", { $0.address = [10, 0, 0] }),
        ("no address", { $0.address = .null }),
        ("other port", { $0.port = 80 }),
        ("port 0", { $0.port = 0 }),
        ("other meta", { $0.meta = [1] }),
        ("long meta", { $0.meta = WireBytes([UInt8](repeating: 1, count: 513)) }),
        ("no versions", { $0.versions = .null }),
        ("few versions", { $0.versions = [1, 5] }),
        ("other versions", { $0.versions = [1, 4, 2, 0, 0, 0] }),
        ("no lowest version", { $0.versions = [0, 5, 2] }),
        ("lowest above highest", { $0.versions = [3, 2, 2] }),
        ("a capability", { $0.versions = [1, 5, 2, 0, 0, 0, 1] }),
        ("many versions", { $0.versions = WireBytes([UInt8](repeating: 1, count: 60_000)) }),
        ("no name", { $0.name = "" }),
        ("another's name", { $0.name = "a" }),
        ("an unknown name", { $0.name = "nobody" }),
        ("its own name", { $0.name = "self" }),
        ("this node", { ($0.name, $0.address) = ("self", [10, 0, 0, 1]) }),
        ("this node with other meta", { ($0.name, $0.address, $0.meta) = ("self", [10, 0, 0, 1], [1]) }),
        ("a long name", { $0.name = NodeName(String(repeating: "x", count: 60_000)) }),
    ]

    private static func alive(_ state: PushNodeState) -> Message {
        .alive(
            Alive(
                incarnation: state.incarnation,
                node: state.name,
                address: state.address,
                port: state.port,
                meta: state.meta,
                versions: state.versions
            )
        )
    }

    private static func drain(_ core: inout GossipProtocol) -> [Directive] {
        var directives: [Directive] = []
        while let directive = core.nextDirective() { directives.append(directive) }
        return directives
    }

    /// What was done about each member: `b` is told of as it is and with each change, between two others.
    @Test(arguments: [false, true], [UInt8(1), 2])
    func mergingIsHearing(suspects: Bool, speaks version: UInt8) {
        for (what, change) in Self.changes {
            var merging = Node(knowing: 4) {
                $0.probeInterval = 0
                $0.versions.current = version
            }
            if suspects { merging.hear(suspect("b", from: "c")) }
            var hearing = merging
            var changed = state("b", at: 3)
            change(&changed)
            let states = [state("a", at: 2), state("b", at: 3), changed, state("d", at: 5)]

            merging.core.merge(NodeStates(states), at: merging.now)
            let merged = Self.drain(&merging.core)
            let heard = states.flatMap { hearing.hear(Self.alive($0)) }

            #expect(merged == heard, "\(what)")
            #expect(merging.core.members == hearing.core.members, "\(what)")
            #expect(merging.core.queuedBroadcasts == hearing.core.queuedBroadcasts, "\(what)")
            #expect(merging.core.nextDeadline == hearing.core.nextDeadline, "\(what)")
        }
    }

    /// A datagram's alives are passed over by their bytes alone where hearing them would do nothing, and most are.
    @Test(arguments: [false, true], [UInt8(1), 2])
    func gossipOfOldNewsIsPassedOver(suspects: Bool, speaks version: UInt8) {
        var passed: [String] = []
        for (what, change) in Self.changes {
            var node = Node(knowing: 4) {
                $0.probeInterval = 0
                $0.versions.current = version
            }
            if suspects { node.hear(suspect("b", from: "c")) }
            var changed = state("b", at: 3)
            change(&changed)
            var message: [UInt8] = []
            Self.alive(changed).encode(into: &message)
            guard node.core.isOldNews(message[...]) else { continue }
            passed.append(what)
            let known = node.core.members
            #expect(node.hear(Self.alive(changed)).isEmpty, "\(what)")
            #expect(node.core.members == known, "\(what)")
        }
        #expect(passed.contains("nothing") && passed.contains("lower incarnation"))
        #expect(!passed.contains("higher incarnation") && !passed.contains("this node"))
        var node = Node(knowing: 4)
        var other: [UInt8] = []
        suspect("b", from: "c").encode(into: &other)
        for bytes in [[], [4], [4, 0x86], other] {
            let isOld = node.core.isOldNews(bytes[...])
            #expect(!isOld)
        }
    }

    @Test func anyOrderIsPassedOver() {
        var node = Node(knowing: 20) { $0.probeInterval = 0 }
        let known = node.core.members
        var random = ProtocolRandom(seed: 7)
        for _ in 0..<20 {
            let states = (0..<20).map { state(peer($0), at: $0 + 2) }.shuffled(using: &random)
            node.core.merge(NodeStates(states), at: node.now)
            #expect(Self.drain(&node.core).isEmpty)
            #expect(node.core.members == known)
        }
    }

    /// The stored deadline is that of the timers, whatever was done last.
    @Test func theDeadlineIsTheTimers() {
        var node = Node(knowing: 3)
        #expect(node.core.nextDeadline == node.core.timers.nextDeadline)
        node.core.merge(NodeStates([state("a", at: 2, 1)]), at: node.now)
        #expect(node.core.nextDeadline == node.core.timers.nextDeadline)
        node.hear(suspect("b", from: "c"))
        #expect(node.core.nextDeadline == node.core.timers.nextDeadline)
        node.advance(by: 30)
        #expect(node.core.nextDeadline == node.core.timers.nextDeadline)
    }
}
