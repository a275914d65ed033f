import Memberlist
import Testing

@Suite(.timeLimit(.minutes(10)))
struct ClusterTests {
    private func encrypted(_ name: String, _ key: SecretKey, host: String = "127.0.0.1")
        -> MemberlistConfiguration
    {
        local(name, host: host) {
            $0.keyring = Keyring(primary: key)
            $0.label = "test cluster"
            $0.meta = Array("meta of \(name)".utf8)
        }
    }

    @Test func twoNodesMeetTalkAndPart() async throws {
        let key = try SecretKey.random()
        try await withNodes([encrypted("a", key), encrypted("b", key)]) { nodes in
            let (first, second) = (nodes[0], nodes[1])
            let events = second.events
            let results = await first.join([second.address])
            #expect(results.map(\.outcome) == [.success(1)])
            #expect(first.member(named: "b")?.meta == Array("meta of b".utf8))
            try await second.seesAlive(2)
            #expect(second.member(named: "a")?.meta == Array("meta of a".utf8))

            try await first.updateMeta([1, 2, 3])
            try await events.first {
                if case .updated(let member) = $0 { member.meta == [1, 2, 3] } else { false }
            }
            #expect(first.localMember.meta == [1, 2, 3])

            try await first.send([10], to: "b")
            try await events.first { $0.payload == [10] }
            let large = (0..<1_048_576).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
            try await first.sendReliably(large, to: "b")
            try await events.first { $0.payload == large }
            try await first.broadcast([30], name: "thing")
            try await events.first { $0.payload == [30] }
            #expect(try await first.isAnswered(by: "b") < .seconds(1))

            let left = try await first.leave()
            #expect(left.told == 1 && left.heard == 1 && left.isComplete && left.wasHeard)
            try await events.first { if case .left(let member) = $0 { member.name == "a" } else { false } }
        }
    }

    @Test func aKilledNodeIsSeenAsFailed() async throws {
        let key = try SecretKey.random()
        try await withNodes([encrypted("a", key), encrypted("b", key)]) { nodes in
            let events = nodes[1].events
            #expect(await nodes[0].join([nodes[1].address]).allSatisfy(\.succeeded))
            try await nodes[1].seesAlive(2)
            await nodes[0].shutdown()
            try await events.first(within: .seconds(40)) {
                if case .failed(let member, _) = $0 { member.name == "a" } else { false }
            }
            #expect(nodes[1].member(named: "a")?.state == .dead)
        }
    }

    @Test(arguments: ["::1", "::"]) func overIPv6(host: String) async throws {
        let key = try SecretKey.random()
        var configurations = ["a", "b"].map { encrypted($0, key, host: host) }
        for index in configurations.indices { configurations[index].advertiseHost = "::1" }
        try await withNodes(configurations) { nodes in
            let events = nodes[1].events
            #expect(await nodes[0].join([nodes[1].address]).allSatisfy(\.succeeded))
            try await nodes[1].seesAlive(2)
            try await nodes[0].send([1], to: "b")
            try await events.first { $0.payload == [1] }
            #expect(nodes[1].localMember.endpoint.address == IPAddress("::1"))
        }
    }

    @Test func anIPv4NodeMeetsADualStackOne() async throws {
        try await withNodes([local("a", host: "::") { $0.advertiseHost = "127.0.0.1" }, local("b")]) {
            nodes in
            #expect(await nodes[0].join([nodes[1].address]).allSatisfy(\.succeeded))
            try await nodes[1].seesAlive(2)
            #expect(try await nodes[0].isAnswered(by: "b") < .seconds(1))
            #expect(try await nodes[1].isAnswered(by: "a") < .seconds(1))
        }
    }

    @Test func twentyNodesAllSeeAll() async throws {
        let key = try SecretKey.random()
        try await withNodes((0..<20).map { encrypted("node-\($0)", key) }) { nodes in
            for node in nodes.dropFirst() {
                #expect(await node.join([nodes[0].address]).allSatisfy(\.succeeded))
            }
            for node in nodes { try await node.seesAlive(20) }
        }
    }

    @Test func anotherKeyOrLabelCannotJoin() async throws {
        let configuration = encrypted("a", try SecretKey.random())
        var otherLabel = configuration
        otherLabel.name = "b"
        otherLabel.label = "other"
        let otherKey = encrypted("c", try SecretKey.random())
        let plain = local("d")
        try await withNodes([configuration, otherLabel, otherKey, plain]) { nodes in
            for stranger in nodes.dropFirst() {
                #expect(await stranger.join([nodes[0].address]).map(\.outcome) == [.failure(.noAnswer)])
                #expect(stranger.members.count == 1)
            }
            #expect(nodes[0].members.count == 1)
        }
    }
}

extension MemberlistEvent {
    var payload: [UInt8]? {
        if case .message(let payload, _) = self { payload } else { nil }
    }
}
