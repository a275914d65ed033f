import Memberlist
import Testing

@testable import MemberlistTool

@Suite struct SeedTests {
    private static func endpoint(_ last: UInt8, port: UInt16 = 7946) throws -> Endpoint {
        Endpoint(address: try #require(IPAddress(bytes: [10, 0, 0, last])), port: port)
    }

    @Test func pausesGrowToHalfAMinuteAndAreDrawn() {
        for _ in 0..<100 {
            var pause = RetryPause(generator: SystemRandomNumberGenerator())
            for ceiling in [1, 2, 4, 8, 16, 30, 30, 30] {
                let drawn = pause.next()
                #expect(.seconds(ceiling) / 2 <= drawn && drawn <= .seconds(ceiling))
            }
        }
    }

    @Test func aHealthyClusterDialsNobody() throws {
        var addresses = DiscoveredAddresses()
        let own = try Self.endpoint(1)
        let members = [Member(name: "a", endpoint: own), Member(name: "b", endpoint: try Self.endpoint(2))]
        let found = [own, try Self.endpoint(2), try Self.endpoint(2)]
        #expect(addresses.strangers(in: found, members: members, own: own).isEmpty)
    }

    @Test func strangersAndTheFailedAreDialled() throws {
        var addresses = DiscoveredAddresses()
        let own = try Self.endpoint(1)
        let failed = Member(name: "b", endpoint: try Self.endpoint(2), state: .dead)
        let stranger = try Self.endpoint(3)
        let found = [stranger, failed.endpoint, own]
        #expect(
            addresses.strangers(in: found, members: [failed], own: own) == [failed.endpoint, stranger]
        )
    }

    @Test func anAddressThatIsAnAliasIsNotDialledAgainAndAgain() throws {
        var addresses = DiscoveredAddresses()
        let own = try Self.endpoint(1)
        let members = [Member(name: "b", endpoint: try Self.endpoint(2, port: 9))]
        let alias = try Self.endpoint(2)
        #expect(addresses.strangers(in: [alias], members: members, own: own) == [alias])
        addresses.answered(alias)
        #expect(addresses.strangers(in: [alias], members: members, own: own).isEmpty)
        #expect(addresses.strangers(in: [alias], members: [], own: own) == [alias])
    }

    @Test func anAddressThatBecameAMembersIsDialledWhenThatMemberIsGone() throws {
        var addresses = DiscoveredAddresses()
        let own = try Self.endpoint(1)
        let other = Member(name: "c", endpoint: try Self.endpoint(3))
        let found = [try Self.endpoint(2)]
        addresses.answered(found[0])
        let member = Member(name: "b", endpoint: found[0])
        #expect(addresses.strangers(in: found, members: [member, other], own: own).isEmpty)
        #expect(addresses.strangers(in: found, members: [other], own: own) == found)
    }
}
