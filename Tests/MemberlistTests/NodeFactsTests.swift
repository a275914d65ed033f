import ProcessSupport
import Testing

@testable import Memberlist

/// What a node and a member say of themselves: HashiCorp's helpers, and ours for them.
@Suite(.timeLimit(.minutes(10)))
struct NodeFactsTests {
    @Test func aMembersAddressIsWhatAJoinTakes() async throws {
        try await withNodes([local("a"), local("b") { $0.requiresNodeNames = true }]) { nodes in
            let address = nodes[0].localMember.joinAddress
            #expect(address == "a/\(nodes[0].localMember.endpoint)")
            #expect(await nodes[1].join([address]).allSatisfy(\.succeeded))
        }
        let sixth = Member(name: "c", endpoint: try endpoint("fd00::1", 7))
        #expect(sixth.joinAddress == "c/[fd00::1]:7")
        let parsed = try JoinAddress(sixth.joinAddress)
        #expect(parsed.name == "c")
    }

    @Test func whereANodeListensIsKnownWhateverItTells() async throws {
        let mapped = local("a") { ($0.advertiseHost, $0.advertisePort) = ("192.0.2.1", 9) }
        try await withNodes([mapped, local("b")]) { nodes in
            let told = try endpoint("192.0.2.1", 9)
            #expect(nodes[0].localMember.endpoint == told)
            let bound = nodes[0].boundEndpoint
            #expect(bound.address == IPAddress("127.0.0.1") && bound.port > 0)
            #expect(await nodes[1].join(["\(bound)"]).allSatisfy(\.succeeded))
        }
    }

    @Test func whetherThereIsEncryptionIsKnown() async throws {
        let sealed = local("b") { $0.keyring = try? Keyring(primary: SecretKey.random()) }
        try await withNodes([local("a"), sealed]) { nodes in
            #expect(nodes[0].keyring == nil && nodes[1].keyring?.keyIDs.count == 1)
        }
    }

    @Test func whichAddressesAreAllowedIsKnown() throws {
        var configuration = MemberlistConfiguration.lan(name: "a")
        let (inside, outside) = (try #require(IPAddress("10.1.2.3")), try #require(IPAddress("fd00::1")))
        #expect(configuration.allows(inside) && configuration.allows(outside))
        configuration.allowedNetworks = [try #require(IPNetwork("10.0.0.0/8"))]
        #expect(configuration.allows(inside) && !configuration.allows(outside))
        configuration.allowedNetworks = []
        #expect(!configuration.allows(inside))
    }

    /// HashiCorp's `ParseCIDRs` and `ValidateKey`: what is none is not made.
    @Test func networksAndKeysAreCheckedWhereTheyAreMade() throws {
        for text in ["10.0.0.0/8", "10.0.0.1", "fd00::/8", "::/0"] { #expect(IPNetwork(text) != nil) }
        for text in ["", "10.0.0.0/33", "10.0.0/8", "fd00::/129", "10.0.0.0/", "10.0.0.0/-1", "a/8"] {
            #expect(IPNetwork(text) == nil, "\(text)")
        }
        for count in 0...40 {
            let isKey = [16, 24, 32].contains(count)
            let key = try? SecretKey(bytes: [UInt8](repeating: 7, count: count))
            #expect((key != nil) == isKey, "\(count)")
        }
    }

    @Test func aNodeThatIsNoMemberCanBePinged() async throws {
        try await withNodes([local("a"), local("b")]) { nodes in
            let place = nodes[1].localMember.endpoint
            // On a busy machine an answer may come too late.
            try await poll("an answer", within: .seconds(60)) {
                (try? await nodes[0].ping("b", at: place)).map { $0 > .zero } ?? false
            }
            await #expect(throws: MemberlistError.timedOut) {
                try await nodes[0].ping("c", at: place, timeout: .milliseconds(200))
            }
        }
    }
}
