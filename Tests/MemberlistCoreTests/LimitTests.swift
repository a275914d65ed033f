import MemberlistWire
import Testing

@testable import MemberlistCore

/// What is said of a member is believed up to its limit, to the byte, in gossip and in a push/pull alike.
@Suite struct LimitTests {
    private static let plain = PushNodeState(
        name: "x",
        address: WireBytes(endpoint(9).address.bytes),
        port: 7946,
        incarnation: 1,
        versions: [1, 5, 2, 0, 0, 0]
    )

    private static func bytes(_ count: Int) -> WireBytes { WireBytes([UInt8](repeating: 0x61, count: count)) }

    /// Whether a node believes it, of a stranger and of one that it knows.
    private func isBelieved(
        metaLimit: Int = Limits.meta,
        _ change: (inout PushNodeState) -> Void
    ) -> Bool {
        var said = Self.plain
        change(&said)
        var answers: Set<Bool> = []
        for merges in [false, true] {
            var node = Node {
                $0.probeInterval = 0
                $0.metaLimit = metaLimit
            }
            if merges {
                node.core.merge(NodeStates([said]), at: node.now)
            } else {
                node.hear(.alive(said.alive))
            }
            let isKnown = node.member(said.name) != nil
            #expect(node.core.memberCount == (isKnown ? 2 : 1))
            answers.insert(isKnown)
        }
        #expect(answers.count == 1)
        return answers.contains(true)
    }

    @Test("Trap 38: a name has 1 to 255 bytes") func names() {
        for (count, isAllowed) in [(0, false), (1, true), (254, true), (255, true), (256, false)] {
            #expect(
                isBelieved { $0.name = NodeName(bytes: Self.bytes(count).bytes) } == isAllowed,
                "\(count)"
            )
        }
    }

    @Test("Trap 38: metadata above its limit is refused", arguments: [0, 100, 512, 900])
    func metadata(limit: Int) {
        for count in [limit - 1, limit, limit + 1] where count >= 0 {
            let isAllowed = isBelieved(metaLimit: limit) { $0.meta = Self.bytes(count) }
            #expect(isAllowed == (count <= limit), "\(count)")
        }
    }

    @Test("Trap 38: an address has 4 or 16 bytes") func addresses() {
        for count in 0...20 {
            #expect(isBelieved { $0.address = Self.bytes(count) } == [4, 16].contains(count), "\(count)")
        }
    }

    /// What could not be passed on in a datagram is not believed, reckoned with the most that the rest of an alive
    /// takes; and it takes no more.
    @Test func aliveOverhead() throws {
        let largest = Alive(
            incarnation: .max,
            node: NodeName(bytes: Self.bytes(Limits.name).bytes),
            address: Self.bytes(16),
            port: .max,
            meta: Self.bytes(Limits.meta),
            versions: [1, 5, 2, 0, 0, 0, 3]
        )
        var encoded: [UInt8] = []
        Message.alive(largest).encode(into: &encoded)
        #expect(encoded.count - Limits.name - Limits.meta - 7 <= Limits.aliveOverhead)

        let room = Node().core.configuration.broadcastLimit - Limits.aliveOverhead - 1
        for (count, isAllowed) in [(room - 1, true), (room, true), (room + 1, false)] {
            let versions = WireBytes([1, 5, 2, 0, 0, 0] + [UInt8](repeating: 0, count: count - 6))
            #expect(isBelieved { $0.versions = versions } == isAllowed, "\(count)")
        }
    }

    @Test func incarnations() {
        let top = Limits.incarnation
        for (incarnation, isAllowed) in [(1, true), (top - 1, true), (top, false), (.max, false)]
            as [(UInt32, Bool)]
        {
            #expect(isBelieved { $0.incarnation = incarnation } == isAllowed, "\(incarnation)")
        }
        let step = Limits.incarnationStep
        for (incarnation, isAllowed) in [(step, true), (1 + step, true), (2 + step, false)]
            as [(UInt32, Bool)]
        {
            for message in [
                alive("a", at: 2, incarnation: incarnation),
                suspect("a", incarnation: incarnation, from: "b"),
                dead("a", incarnation: incarnation, from: "b"),
            ] {
                var node = Node(knowing: 2) { $0.probeInterval = 0 }
                node.hear(message)
                #expect((node.member("a")?.incarnation == incarnation) == isAllowed, "\(message)")
            }
        }
    }

    /// What a hook is asked about is held to the same limits.
    @Test func aMergesMembersAreWithinTheLimits() {
        var states = [Self.plain, Self.plain, Self.plain, Self.plain]
        states[1].name = NodeName(bytes: Self.bytes(256).bytes)
        states[2].meta = Self.bytes(513)
        states[3].address = Self.bytes(3)
        var node = Node {
            $0.probeInterval = 0
            $0.asksMerge = true
        }
        let directives = node.handle(
            .stateOffered(StreamID(1), PushPull(join: true, nodes: NodeStates(states)))
        )
        let asked = directives.compactMap { directive -> [NodeName]? in
            if case .decideMerge(_, let members) = directive { members.map(\.name) } else { nil }
        }
        #expect(asked == [["x"]])
    }

    @Test func ownMetadata() {
        for (count, isAllowed) in [(511, true), (512, true), (513, false)] {
            var node = Node { $0.probeInterval = 0 }
            node.handle(.metaChanged([UInt8](repeating: 1, count: count)))
            #expect((node.core.localMember.meta.count == count) == isAllowed)
        }
    }

    @Test func broadcastsThatWait() {
        var node = Node(knowing: 3) { $0.probeInterval = 0 }
        for number in 0...UInt64(Limits.userBroadcasts) {
            let directives = node.handle(.broadcastRequested(RequestID(number), [1], name: nil))
            let isRefused = directives.contains(.broadcastFinished(RequestID(number), .queueFull))
            #expect(isRefused == (number >= Limits.userBroadcasts), "\(number)")
        }
    }

    @Test func pings() {
        var node = Node(knowing: 1) { $0.probeInterval = 0 }
        for number in 0...UInt64(Limits.probes) {
            let directives = node.handle(.pingRequested(RequestID(number), name: "a", endpoint(2)))
            #expect(directives.pings.isEmpty == (number >= Limits.probes), "\(number)")
        }
    }

    @Test func accusers() {
        for (count, isAllowed) in [(255, true), (256, false)] {
            var node = Node(knowing: 3) { $0.probeInterval = 0 }
            node.hear(suspect("a", from: NodeName(bytes: Self.bytes(count).bytes)))
            #expect((node.member("a")?.state == .suspect) == isAllowed)
        }
    }
}
