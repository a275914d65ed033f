import Memberlist
import Testing

/// Nodes on live sockets that find whom they lost, and a table that is full.
@Suite struct HealingLiveTests {
    private func quick(_ name: String, port: Int = 0) -> MemberlistConfiguration {
        local(name) {
            $0.bindPort = port
            $0.healing.interval = .milliseconds(500)
            $0.healing.maximumInterval = .seconds(2)
        }
    }

    @Test(
        "Trap 3: a seed that comes up after its join is found without another join",
        arguments: ["127.0.0.1", "localhost"]
    )
    func aSeedThatComesLate(host: String) async throws {
        let first = try await Memberlist.create(quick("b"))
        let port = Int(first.localMember.endpoint.port)
        await first.shutdown()
        try await withNodes([quick("a")]) { nodes in
            #expect(
                await !nodes[0].join(["\(host):\(port)"], timeout: .seconds(5)).contains(where: \.succeeded)
            )
            let late = try await Memberlist.create(quick("b", port: port))
            try await nodes[0].seesAlive(2)
            try await late.seesAlive(2)
            await late.shutdown()
        }
    }

    @Test("Trap 1: a member that failed and comes back on its address is found without a join")
    func aMemberThatComesBack() async throws {
        try await withNodes([quick("a")]) { nodes in
            let events = nodes[0].events
            let member = try await Memberlist.create(quick("b"))
            let port = Int(member.localMember.endpoint.port)
            // Whether the answer came in time on a busy machine decides nothing.
            await member.join([nodes[0].address])
            try await nodes[0].seesAlive(2)
            await member.shutdown()
            try await events.first(within: .seconds(60)) {
                if case .failed(let member, _) = $0 { member.name == "b" } else { false }
            }
            // It joins nobody itself. Another test's connection may have the port for a while.
            let back = try await within {
                while true {
                    do {
                        return try await Memberlist.create(quick("b", port: port))
                    } catch MemberlistError.bindFailed {
                        try await Task.sleep(for: .milliseconds(100))
                    }
                }
            }
            try await nodes[0].seesAlive(2)
            try await back.seesAlive(2)
            await back.shutdown()
        }
    }

    @Test("Trap 9: a table that is full says whom it did not let in") func aFullTable() async throws {
        var small = quick("a")
        small.maximumMembers = 2
        try await withNodes([small, quick("b"), quick("c")]) { nodes in
            let events = nodes[0].events
            #expect(await nodes[1].join([nodes[0].address]).allSatisfy(\.succeeded))
            try await nodes[0].seesAlive(2)
            #expect(await nodes[2].join([nodes[1].address]).allSatisfy(\.succeeded))
            try await events.first(within: .seconds(30)) {
                if case .tableFull(let member, let refused) = $0 {
                    member.name == "c" && refused >= 1
                } else {
                    false
                }
            }
            #expect(nodes[0].member(named: "c") == nil)
        }
    }
}
