import MemberlistCore
import MemberlistWire
import Testing

/// Who needs not to be dialled.
@Suite struct PresenceTests {
    @Test func thisNodeAndLivingMembersArePresent() {
        var node = Node(knowing: 2)
        #expect(!node.core.isAlone)
        for number in 1...3 { #expect(node.core.isPresent(at: endpoint(number))) }
        #expect(!node.core.isPresent(at: endpoint(4)))
        #expect(!node.core.isPresent(at: Endpoint(address: endpoint(2).address, port: 1)))
        node.hear(.suspect(Suspect(incarnation: 1, node: peer(0), from: peer(1))))
        #expect(node.core.isPresent(at: endpoint(2)))
        #expect(!node.core.isAlone)
    }

    @Test func theFailedAndThoseThatLeftAreNot() {
        var node = Node(knowing: 2)
        node.hear(.dead(Dead(incarnation: 1, node: peer(0), from: peer(1))))
        #expect(!node.core.isPresent(at: endpoint(2)))
        #expect(!node.core.isAlone)
        node.hear(.dead(Dead(incarnation: 1, node: peer(1), from: peer(1))))
        #expect(!node.core.isPresent(at: endpoint(3)))
        #expect(node.core.isAlone)
        #expect(node.core.isPresent(at: endpoint(1)))
    }

    /// A process that came back under another name: its old one is dead at the same address.
    @Test func anAddressThatSeveralHadIsPresent() {
        var node = Node(knowing: 1)
        node.hear(.dead(Dead(incarnation: 1, node: peer(0), from: peer(5))))
        node.hear(alive(peer(1), at: 2))
        #expect(node.core.isPresent(at: endpoint(2)))
    }
}
