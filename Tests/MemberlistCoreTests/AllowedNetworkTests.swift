import MemberlistWire
import Testing

@testable import MemberlistCore

/// Where members may live.
@Suite struct AllowedNetworkTests {
    private func allowing(_ networks: [String]?) -> Node {
        Node { $0.allowedNetworks = networks.map { $0.compactMap { IPNetwork($0) } } }
    }

    @Test(arguments: [
        (nil, true), ([], false), (["10.0.0.0/8"], true), (["10.0.0.0/31"], false), (["10.0.0.2"], true),
        (["::/0"], false), (["fd00::/8", "10.0.0.0/30"], true), (["0.0.0.0/0"], true),
    ])
    func anAliveOutsideIsNotHeard(networks: [String]?, isHeard: Bool) {
        var node = allowing(networks)
        let directives = node.hear(alive("a", at: 2))
        #expect((node.member("a") != nil) == isHeard)
        let address = endpoint(2).address
        #expect(directives.notices == (isHeard ? [] : [.addressRefused("a", address)]))
        // Nobody is told of it by this node, and it lives on without it.
        if !isHeard {
            #expect(node.core.queuedBroadcasts.membership <= 1)
            #expect(node.core.localMember.state == .alive && node.core.memberCount == 1)
        }
    }

    @Test func aMemberCannotMoveOutside() {
        var node = allowing(["10.0.0.0/24"])
        node.hear(alive("a", at: 2))
        node.hear(.dead(Dead(incarnation: 1, node: "a", from: "a")))
        let moved = node.hear(alive("a", at: 256 + 2, incarnation: 2))
        #expect(moved.notices == [.addressRefused("a", endpoint(256 + 2).address)])
        #expect(node.member("a")?.endpoint == endpoint(2) && node.member("a")?.state == .left)
    }

    /// This node's own address is its own matter.
    @Test func whatIsSaidOfThisNodeIsStillRefuted() {
        var node = allowing([])
        node.hear(.suspect(Suspect(incarnation: 0, node: "self", from: "x")))
        node.hear(.suspect(Suspect(incarnation: 1, node: "self", from: "x")))
        #expect(node.core.localMember.state == .alive && node.core.localMember.incarnation > 0)
    }
}

@Suite struct IPNetworkTests {
    @Test(arguments: [
        ("10.1.2.3/8", "10.0.0.0/8", "10.255.0.1", "11.0.0.0"), ("0.0.0.0/0", "0.0.0.0/0", "1.2.3.4", "::1"),
        ("::/0", "::/0", "fe80::1", "1.2.3.4"),
        ("192.168.1.7", "192.168.1.7/32", "192.168.1.7", "192.168.1.6"),
        ("fd00::/8", "fd00::/8", "fdff::1", "fe00::1"), ("::1", "::1/128", "::1", "::2"),
        ("2001:db8:0:8000::/49", "2001:db8:0:8000::/49", "2001:db8:0:ffff::1", "2001:db8:0:7fff::1"),
        ("2001:db8::/64", "2001:db8::/64", "2001:db8::1", "2001:db8:0:1::1"),
        (
            "2001:db8::8000:0:0:0/65", "2001:db8:0:0:8000::/65", "2001:db8::ffff:0:0:0",
            "2001:db8::7fff:0:0:0"
        ),
        ("10.0.0.128/25", "10.0.0.128/25", "::ffff:10.0.0.255", "10.0.0.127"),
    ])
    func aNetworkHoldsItsAddresses(text: String, written: String, inside: String, outside: String) throws {
        let network = try #require(IPNetwork(text))
        #expect(network.description == written && IPNetwork(written) == network)
        #expect(network.contains(try #require(IPAddress(inside))))
        #expect(!network.contains(try #require(IPAddress(outside))))
    }

    @Test(arguments: [
        "", "/", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/8/8", "10.0.0/8",
        "::/129",
        "web/8", "10.0.0.0/ 8", "10.0.0.0/0008", "/8",
    ])
    func whatIsNoNetworkIsRefused(text: String) {
        #expect(IPNetwork(text) == nil)
    }
}
