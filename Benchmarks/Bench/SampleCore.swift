import MemberlistCore
import MemberlistWire

/// A core that knows sample members and has told the news of them.
enum SampleCore {
    static let start = Instant(nanoseconds: 1 << 40)

    static func make(members: Int) throws -> GossipProtocol {
        var configuration = ProtocolConfiguration(
            name: "b",
            endpoint: Endpoint(address: IPAddress(ipv4: 0x7f00_0001), port: 7946)
        )
        configuration.memberLimit = max(configuration.memberLimit, members + 1)
        configuration.pushPullInterval = 0
        var core = GossipProtocol(configuration: configuration, seed: 1, at: start)
        core.merge(NodeStates((0..<members).map(SampleMembers.state)), at: start)
        while core.nextDirective() != nil {}
        guard core.memberCount == members + 1 else { throw Unexpected("\(core.memberCount) members") }
        return core
    }
}
