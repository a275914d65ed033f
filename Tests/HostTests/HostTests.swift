import Foundation
import ProcessSupport
import Testing

/// Machines with addresses of their own, and what networks do to them.
@Suite(.serialized) struct HostTests {
    /// Everybody runs and sees everybody.
    private static func cluster(
        _ network: HostNetwork,
        hosts: [Host]? = nil,
        profile: String = "local",
        ipv6: Bool = false
    ) async throws -> [EventProcess] {
        let hosts = hosts ?? network.hosts
        let seed = ipv6 ? hosts[0].address6 : hosts[0].address
        let agents = try hosts.map { host in
            try host.agent(
                ["--print-members", "1"] + (host.number > 1 ? ["--join", seed] : []),
                at: ipv6 ? "[\(host.address6)]" : nil,
                profile: profile
            )
        }
        for (agent, host) in zip(agents, hosts) {
            for other in hosts where other.number != host.number {
                try await agent.wait("join", other.name)
            }
        }
        return agents
    }

    private static func end(_ agents: [EventProcess]) async throws {
        for agent in agents { try await agent.process.end() }
    }

    /// The members that an agent has now, dead ones included.
    private static func rows(_ agent: EventProcess) async throws -> [AgentEvent.Row] {
        let start = agent.process.outputLines.count
        try agent.command(#"{"command":"members"}"#)
        return try await agent.wait("the members", from: start) {
            $0.event == "members" ? $0.members : nil
        }
    }

    /// Waits until an agent has these members and has forgotten all others.
    private static func know(_ agent: EventProcess, _ hosts: [Host]) async throws {
        try await poll("\(hosts.map(\.name)) alone", within: .seconds(90)) {
            try await rows(agent).map(\.name).sorted() == hosts.map(\.name)
        }
    }

    private static func allSeeAll(_ agents: [EventProcess], of network: HostNetwork) async throws {
        let everybody = Set(network.hosts.map(\.name))
        for agent in agents {
            try await poll("everybody alive at each", within: .seconds(90)) {
                Set(try await rows(agent).filter { $0.state == "alive" }.map(\.name)) == everybody
            }
        }
    }

    /// Lets each agent look at its members so many times more, a second apart: time for as many probes, whose
    /// failures would show.
    private static func watch(_ agents: [EventProcess], seconds: Int = 15) async throws {
        let starts = agents.map(\.process.outputLines.count)
        for (agent, start) in zip(agents, starts) {
            try await poll("\(seconds) looks at the members", within: .seconds(120)) {
                let looks = agent.process.outputLines.dropFirst(start).compactMap(AgentEvent.parse)
                return looks.count { $0.event == "members" } >= seconds
            }
        }
    }

    @Test("Trap 1: hosts whose cable was pulled for longer than every timer meet again by themselves")
    func pulledCable() async throws {
        let network = try HostNetwork(3)
        let agents = try await Self.cluster(network)
        let lost = network.hosts[2]
        try lost.pullCable()
        try await agents[0].wait("leave", lost.name)
        try await agents[1].wait("leave", lost.name)
        for other in network.hosts.dropLast() { try await agents[2].wait("leave", other.name) }
        try await Self.know(agents[2], [lost])
        for agent in agents.dropLast() { try await Self.know(agent, network.hosts.dropLast()) }
        try lost.plugCable()
        try await Self.allSeeAll(agents, of: network)
        try await Self.end(agents)
    }

    @Test(
        "Trap 11: one way between two hosts lost, for all protocols, fails nobody while a third reaches both"
    )
    func oneWayIsLost() async throws {
        let network = try HostNetwork(3)
        let agents = try await Self.cluster(network)
        try network.hosts[2].loseTheWay(to: network.hosts[0])
        try await Self.nobodyFails(agents, network)
        try network.hosts[2].findTheWay(to: network.hosts[0])
        try await Self.end(agents)
    }

    @Test(
        "Trap 11: a host to which datagrams or streams alone do not come is not failed",
        arguments: ["udp", "tcp"]
    )
    func oneProtocolIsLost(_ lost: String) async throws {
        let network = try HostNetwork(3)
        let agents = try await Self.cluster(network)
        try network.hosts[2].filter("meta l4proto \(lost) drop")
        try await Self.nobodyFails(agents, network)
        try await Self.end(agents)
    }

    @Test("a third of all datagrams lost on two hosts of four fails nobody")
    func loss() async throws {
        let network = try HostNetwork(4)
        let agents = try await Self.cluster(network, profile: "lan")
        for host in network.hosts.prefix(2) {
            try host.filter("meta l4proto udp numgen random mod 100 < 30 drop")
        }
        try await Self.nobodyFails(agents, network)
        try await Self.end(agents)
    }

    private static func nobodyFails(_ agents: [EventProcess], _ network: HostNetwork) async throws {
        try await watch(agents)
        for (agent, host) in zip(agents, network.hosts) {
            let gone = agent.events.filter { $0.event == "leave" }.compactMap(\.name)
            #expect(gone == [], "at \(host.name)")
        }
        try await allSeeAll(agents, of: network)
    }

    @Test("one way lost between two hosts alone is a failure that both see, and heals")
    func oneWayBetweenTwo() async throws {
        let network = try HostNetwork(2)
        let agents = try await Self.cluster(network)
        let (first, second) = (network.hosts[0], network.hosts[1])
        try second.loseTheWay(to: first)
        try await agents[0].wait("leave", second.name)
        try second.findTheWay(to: first)
        try await Self.allSeeAll(agents, of: network)
        try await Self.end(agents)
    }

    @Test("hosts with IPv6 addresses alone are a cluster, one of which fails and comes back")
    func ipv6Alone() async throws {
        let network = try HostNetwork(3)
        for host in network.hosts { try host.dropIPv4() }
        let agents = try await Self.cluster(network, ipv6: true)
        try await agents[2].process.end()
        for agent in agents.dropLast() { try await agent.wait("leave", "host-3") }
        let again = try network.hosts[2].agent(
            ["--join", network.hosts[0].address6],
            at: "[\(network.hosts[2].address6)]"
        )
        try await Self.allSeeAll(agents.dropLast() + [again], of: network)
        try await Self.end(agents.dropLast() + [again])
    }

    @Test(
        "Trap 4: a host that comes back at another address is taken once it left; a living one is a conflict"
    )
    func anotherAddress() async throws {
        let network = try HostNetwork(4)
        let seed = network.hosts[0].address
        let cluster = Array(network.hosts.prefix(3))
        let agents = try await Self.cluster(network, hosts: cluster)
        let (moved, thief) = (network.hosts[2], network.hosts[3])

        let pretender = try thief.agent(["--join", seed], named: moved.name)
        let told = try await agents[0].wait("conflict", moved.name)
        #expect(told.address?.hasPrefix(moved.address) == true)
        try await pretender.process.end()

        agents[2].process.signal(SIGTERM)
        for agent in agents.dropLast() {
            try await agent.wait("leave of \(moved.name)") {
                $0.event == "leave" && $0.name == moved.name && $0.reason == "left" ? $0 : nil
            }
        }
        try moved.move(to: "10.77.0.33")
        let again = try moved.agent(["--join", seed], at: "10.77.0.33")
        for agent in agents.dropLast() {
            try await agent.wait("join of \(moved.name) elsewhere", within: .seconds(20)) {
                $0.event == "join" && $0.name == moved.name && $0.address == "10.77.0.33:7946" ? $0 : nil
            }
        }
        try await Self.end(agents.dropLast() + [again])
    }
}
