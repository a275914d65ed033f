import MemberlistWire
import Testing

@testable import MemberlistCore

/// Alives that no node can have sent go neither into the table nor on (TRAPS 38).
@Suite struct MalformedAliveTests {
    static let address = WireBytes(endpoint(9).address.bytes)
    static let versions: WireBytes = [1, 5, 2, 0, 0, 0]
    static let malformed: [Alive] = [
        Alive(incarnation: 1, node: "", address: address, port: 1, versions: versions),
        Alive(incarnation: 1, node: long(60_000), address: address, port: 1, versions: versions),
        Alive(incarnation: 1, node: long(700), address: address, port: 1, versions: versions),
        Alive(incarnation: 1, node: "x", address: address, port: 1, meta: bytes(513), versions: versions),
        Alive(incarnation: 1, node: "x", address: address, port: 1, meta: bytes(60_000), versions: versions),
        Alive(incarnation: 1, node: "x", address: [], port: 1, versions: versions),
        Alive(incarnation: 1, node: "x", address: .null, port: 1, versions: versions),
        Alive(incarnation: 1, node: "x", address: [1, 2, 3], port: 1, versions: versions),
        Alive(incarnation: 1, node: "x", address: bytes(17), port: 1, versions: versions),
        Alive(incarnation: 1, node: "x", address: address, port: 1, versions: [0, 5, 2, 0, 0, 0]),
        Alive(incarnation: 1, node: "x", address: address, port: 1, versions: [1, 0, 2, 0, 0, 0]),
        Alive(incarnation: 1, node: "x", address: address, port: 1, versions: [3, 2, 2]),
        Alive(incarnation: 1, node: "x", address: address, port: 1, versions: bytes(60_000)),
    ]

    static func bytes(_ count: Int) -> WireBytes { WireBytes([UInt8](repeating: 1, count: count)) }
    static func long(_ count: Int) -> NodeName { NodeName(String(repeating: "x", count: count)) }

    @Test("Trap 31: an alive that is malformed is refused and not passed on", arguments: malformed.indices)
    func isRefusedAndNotPassedOn(index: Int) {
        for asks in [false, true] {
            var node = Node {
                $0.asksAlive = asks
                $0.probeInterval = 0
            }
            node.emptyQueues()
            #expect(node.hear(.alive(Self.malformed[index])) == [.noticed(.malformedAlive)])
            #expect(node.core.memberCount == 1 && node.core.queuedBroadcasts.membership == 0)
        }
    }

    @Test func whatIsOddButSaidBySomeNodesIsAccepted() {
        for versions in [.null, [1], [1, 5], [1, 5, 2], [1, 5, 2, 0, 0], [1, 5, 2, 0, 0, 0, 3]] as [WireBytes]
        {
            var node = Node { $0.probeInterval = 0 }
            let alive = Alive(incarnation: 1, node: "x", address: Self.address, port: 7, versions: versions)
            #expect(node.hear(.alive(alive)).changes == [Change("x", .joined)])
        }
    }

    /// Every node begins at 1: nobody is told of this one, neither that it is there nor, in time, that it is forgotten.
    @Test func incarnationZeroOfNobodyKnownIsNoMember() {
        for laterDeath in [false, true] {
            var node = Node { $0.probeInterval = 0 }
            #expect(node.hear(alive("x", at: 9, incarnation: 0)).changes.isEmpty)
            if laterDeath { #expect(node.hear(dead("x", incarnation: 3, from: "a")).changes.isEmpty) }
            #expect(node.advance(by: 120).changes.isEmpty)
            #expect(node.core.memberCount == 1)
        }
    }

    @Test func portZeroIsTheReceiversOwn() {
        var node = Node { $0.probeInterval = 0 }
        node.hear(.alive(Alive(incarnation: 1, node: "x", address: Self.address, versions: Self.versions)))
        #expect(node.member("x")?.endpoint == endpoint(9))
    }

    @Test func capabilitiesAreLearntAtAnEqualIncarnationAndNotLost() {
        var node = Node { $0.probeInterval = 0 }
        func told(_ versions: WireBytes, incarnation: UInt32 = 1) -> [Change] {
            node.hear(alive("x", at: 9, incarnation: incarnation, versions: versions)).changes
        }
        func known() -> WireBytes? {
            let asked = node.handle(.joinRequested(ExchangeID(1), endpoint(3), name: nil))
            node.handle(.exchangeFailed(ExchangeID(1)))
            return asked.exchanges.first?.state.nodes.first { $0.name == "x" }?.versions
        }
        let native: WireBytes = [1, 5, 2, 0, 0, 0, 3]
        #expect(told(Self.versions) == [Change("x", .joined)])
        #expect(told(native) == [Change("x", .refreshed)] && known() == native)
        #expect(told(Self.versions).isEmpty && known() == native)
        #expect(told([1, 5, 3, 0, 0, 0, 3, 3]).isEmpty && known() == native)
        #expect(told(Self.versions, incarnation: 2) == [Change("x", .refreshed)] && known() == Self.versions)
    }
}
