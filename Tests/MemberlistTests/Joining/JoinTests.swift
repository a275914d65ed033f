import Memberlist
import ProcessSupport
import Testing

@Suite(.timeLimit(.minutes(10)))
struct JoinTests {
    @Test func givesAResultForEachAddressInOrder() async throws {
        try await withNodes([local("a"), local("b")]) { nodes in
            let port = nodes[1].localMember.endpoint.port
            let results = await nodes[0].join([
                "127.0.41.1:9", "localhost:\(port)", "not an address", "[::1", nodes[1].address,
                "b/\(nodes[1].address)", "c/\(nodes[1].address)",
            ])
            #expect(results.map(\.succeeded) == [false, true, false, false, true, true, true])
            #expect(results[0].outcome == .failure(.unreachable))
            #expect(results[1].endpoint == nodes[1].localMember.endpoint)
            #expect(results[2].outcome == .failure(.malformedAddress(.badHost)))
            #expect(results[3].outcome == .failure(.malformedAddress(.bareIPv6)))
        }
    }

    /// What is sealed for the member that is known by that name, another one cannot open.
    @Test func aPeerThatIsAnotherThanExpectedIsJoinedAllTheSame() async throws {
        let key = try SecretKey.random()
        let all = ["a", "b", "c"].map { name in local(name) { $0.keyring = Keyring(primary: key) } }
        try await withNodes(all) { nodes in
            #expect(await nodes[0].join([nodes[1].address]).allSatisfy(\.succeeded))
            try await nodes[0].seesAlive(2)
            let results = await nodes[0].join(["b/\(nodes[2].address)"])
            #expect(results.map(\.endpoint) == [nodes[2].localMember.endpoint])
            #expect(results.allSatisfy { $0.succeeded }, "\(results)")
            try await nodes[0].seesAlive(3)
        }
    }

    @Test func aSilentSeedEndsAtTheDeadline() async throws {
        let seed = try await SilentPort.open()
        try await withNodes([local("a") { $0.streams.timeout = .seconds(30) }]) { nodes in
            let start = ContinuousClock.now
            let results = await nodes[0].join(
                Array(repeating: "127.0.0.1:\(seed.port)", count: 40),
                timeout: .milliseconds(300)
            )
            #expect(results.count == 40)
            #expect(results.allSatisfy { $0.outcome == .failure(.timedOut) })
            // The streams alone would take thirty.
            #expect(ContinuousClock.now - start < .seconds(20))
        }
        try await seed.close()
    }

    @Test func aCancelledJoinReturnsAtOnce() async throws {
        let seed = try await SilentPort.open()
        try await withNodes([local("a") { $0.streams.timeout = .seconds(30) }]) { nodes in
            let join = Task { await nodes[0].join(["127.0.0.1:\(seed.port)"]) }
            try await poll("the dial", within: .seconds(60)) { seed.count == 1 }
            let start = ContinuousClock.now
            join.cancel()
            #expect(await join.value.map(\.outcome) == [.failure(.cancelled)])
            #expect(ContinuousClock.now - start < .seconds(5))
        }
        try await seed.close()
    }

    @Test func shutdownEndsAJoin() async throws {
        let seed = try await SilentPort.open()
        try await withNodes([local("a") { $0.streams.timeout = .seconds(30) }]) { nodes in
            async let results = nodes[0].join(["127.0.0.1:\(seed.port)"])
            try await poll("the dial", within: .seconds(60)) { seed.count == 1 }
            await nodes[0].shutdown()
            #expect(await results.map(\.outcome) == [.failure(.cancelled)])
        }
        try await seed.close()
    }
}
