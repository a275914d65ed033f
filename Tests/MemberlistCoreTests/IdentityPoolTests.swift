import CAllocations
import MemberlistWire
import Testing

@testable import MemberlistCore

/// What many nodes in one process share, and what they take up.
@Suite struct IdentityPoolTests {
    private static func states(_ count: Int) -> [PushNodeState] {
        (0..<count).map { state(peer($0), at: $0 + 2) }
    }

    private static func core(_ number: Int, pool: IdentityPool?) -> GossipProtocol {
        var configuration = ProtocolConfiguration(
            name: NodeName("core \(number)"),
            endpoint: endpoint(60_000 + number)
        )
        configuration.identityPool = pool
        return GossipProtocol(configuration: configuration, seed: UInt64(number), at: .at(0))
    }

    @Test func whatIsEqualIsHeldOnce() throws {
        let pool = IdentityPool()
        var nodes = (0..<2).map { number in Node(NodeName("m\(number)")) { $0.identityPool = pool } }
        for index in nodes.indices {
            nodes[index].emptyQueues()
            nodes[index].hear(alive("a", at: 2, meta: [1]))
            nodes[index].hear(alive("b", at: 3))
            nodes[index].hear(suspect("b", from: "a"))
        }
        let rows = try nodes.map { try $0.core.table[#require($0.core.table.find("a"))] }
        #expect(rows[0].identity.isSame(as: rows[1].identity))
        let queued = nodes.map { $0.core.queuedMembershipBroadcasts.map(\.payload) }
        #expect(queued[0].count == 2)
        for (one, other) in zip(queued[0], queued[1]) {
            let shares = one.withUnsafeBytes { one in
                other.withUnsafeBytes { $0.baseAddress == one.baseAddress }
            }
            #expect(shares && one == other)
        }
        nodes[0].hear(alive("a", at: 2, incarnation: 2, meta: [2]))
        #expect(nodes[0].member("a")?.meta == [2] && nodes[1].member("a")?.meta == [1])
    }

    /// Null and empty metadata are equal, and are not encoded equally.
    @Test func whatIsWrittenOtherwiseIsAnother() throws {
        let pool = IdentityPool()
        for meta in [WireBytes.null, WireBytes([])] {
            var node = Node { $0.identityPool = pool }
            node.emptyQueues()
            let alive = Alive(
                incarnation: 1,
                node: "a",
                address: WireBytes(endpoint(2).address.bytes),
                port: 7946,
                meta: meta,
                versions: [1, 5, 2, 0, 0, 0]
            )
            var encoded: [UInt8] = []
            alive.encode(into: &encoded)
            node.hear(.alive(alive))
            #expect(node.core.queuedMembershipBroadcasts.map(\.payload) == [encoded])
        }
    }

    @Test func thePoolIsBounded() {
        let pool = IdentityPool(capacity: 100)
        var core = Self.core(0, pool: pool)
        core.merge(NodeStates(Self.states(1_050)), at: .at(0))
        #expect(pool.identityCount <= 100)
        #expect(core.memberCount == 1_051)
        #expect(Set(core.members.map(\.name)).count == 1_051)
    }

    @Test func aPoolChangesNothingThatIsSaid() {
        func history(_ pool: IdentityPool?) -> [[Directive]] {
            var node = Node { $0.identityPool = pool }
            var random = ProtocolRandom(seed: 3)
            return (0..<500).map { step in
                let number = random.below(20)
                let incarnation = UInt32(random.below(4))
                let message =
                    switch random.below(3) {
                    case 0: suspect(peer(number), incarnation: incarnation, from: peer(step % 9))
                    case 1: dead(peer(number), incarnation: incarnation, from: peer(step % 9))
                    default:
                        alive(peer(number), at: number + 2, incarnation: incarnation, meta: [UInt8(step % 3)])
                    }
                return node.hear(message) + node.advance(by: 0.1)
            }
        }
        #expect(history(nil) == history(IdentityPool(capacity: 4)))
    }

    @Test func rowsAndSlotsAreSmall() {
        #expect(MemoryLayout<MemberRow>.stride <= 40)
        #expect(MemoryLayout<BroadcastSlot>.stride <= 48)
        #expect(MemoryLayout<TimerKind>.stride <= 16)
    }

    #if canImport(Glibc)
    /// Two hundred thousand rows, each with a broadcast that waits, take some 26 MB where what is equal is held once.
    @Test
    func manyCoresThatShareAPoolFitInMemory() {
        allocations_begin()
        let pool = IdentityPool()
        let states = Self.states(1_000)
        let cores = (0..<200).map { number in
            var core = Self.core(number, pool: pool)
            core.merge(NodeStates(states), at: .at(0))
            while core.nextDirective() != nil {}
            return core
        }
        let used = allocations_held()
        #expect(cores.allSatisfy { $0.memberCount == 1_001 && $0.queuedBroadcasts.membership == 1_001 })
        #expect(used > 10 << 20 && used < 40 << 20, "\(used >> 20) MB")
    }
    #endif
}
