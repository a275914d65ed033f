import Memberlist
import MemberlistSimulator
import Testing

/// What links and processes do to streams.
@Suite struct StreamFaultTests {
    private func conditions(_ change: (inout LinkConditions) -> Void) -> LinkConditions {
        var conditions = LinkConditions.good
        change(&conditions)
        return conditions
    }

    @Test func aRefusedStreamIsAFailedJoinAndALaterOneSucceeds() async throws {
        let simulation = try Simulation(nodes: 2, seed: 1)
        simulation.setNetwork(conditions { $0.streamRefusal = 1 })
        simulation.joinAll()
        await simulation.run(for: .seconds(15))
        #expect(simulation[1].members.count == 1)
        // The join itself, and tries of the seed that it named.
        let refused = simulation.coverage[.streamRefused]
        #expect(refused > 0 && simulation.coverage[.exchangeFailed] == refused)
        simulation.setNetwork(.good)
        simulation.joinAll()
        try await simulation.expect(within: .seconds(5)) { $0.isConverged }
    }

    @Test func aStreamThatIsCutCarriesNothingWhole() async throws {
        let simulation = try await SmallCluster.make(2)
        let hearing = Hearing(of: 1, in: simulation)
        simulation.setNetwork(conditions { $0.streamCut = 1 })
        let payload = [UInt8](repeating: 1, count: 100_000)
        for _ in 0..<40 {
            simulation[0].sendReliably(payload, to: simulation[1])
            await simulation.run(for: .seconds(1))
        }
        // It breaks somewhere within twice the bytes: about half come through, and none in part.
        #expect((8...32).contains(hearing.payloads.count))
        #expect(hearing.payloads.allSatisfy { $0 == payload })
        #expect(simulation.coverage[.streamBroken] > 0)
    }

    @Test func aSlowLinkTakesItsTimeAndLossIsSentAgain() async throws {
        let simulation = try await SmallCluster.make(2)
        let hearing = Hearing(of: 1, in: simulation)
        simulation.setLinks(from: [0], to: [1], conditions { $0.bandwidth = 50_000 })
        let start = simulation.time
        simulation[0].sendReliably([UInt8](repeating: 1, count: 60_000), to: simulation[1])
        await simulation.run(for: .seconds(9))
        let took = try #require(hearing.times.first) - start
        #expect(took > .seconds(1) && took < .seconds(2))
        simulation.setLinks(from: [0], to: [1], .lossy(0.4))
        for number in 0..<20 {
            simulation[0].sendReliably(SmallCluster.payload(number), to: simulation[1])
            await simulation.run(for: .seconds(10))
        }
        #expect(hearing.payloads.count > 10)
        #expect(simulation.coverage[.pieceResent] > 0)
    }

    @Test func aCrashBreaksTheStreamsOfBothSides() async throws {
        for victim in [0, 1] {
            let simulation = try await SmallCluster.make(2)
            let hearing = Hearing(of: 1, in: simulation)
            simulation.setNetwork(conditions { $0.latency = .milliseconds(200) })
            simulation[0].sendReliably(SmallCluster.payload(1), to: simulation[1])
            await simulation.run(for: .milliseconds(300))
            simulation[victim].crash()
            simulation[victim].restart()
            await simulation.run(for: .seconds(5))
            #expect(hearing.payloads == [], "the new process of node-\(victim) knows nothing of the stream")
        }
    }

    @Test func aPausedProcessTakesAStreamLater() async throws {
        let simulation = try await SmallCluster.make(2)
        let hearing = Hearing(of: 1, in: simulation)
        simulation[1].pause()
        simulation[0].sendReliably(SmallCluster.payload(1), to: simulation[1])
        await simulation.run(for: .milliseconds(500))
        #expect(hearing.payloads == [])
        simulation[1].resume()
        await simulation.run(for: .milliseconds(500))
        #expect(hearing.payloads == [SmallCluster.payload(1)])
    }

    @Test func strangersGetNoByteAndHarmNobody() async throws {
        let simulation = try await SmallCluster.make(3)
        // Before anything was recorded, one of them says nothing at all.
        for _ in 0..<8 { simulation[0].inject(.stream) }
        simulation.recordFrames()
        await simulation.run(for: .seconds(5))
        for frame in HostileFrame.allCases {
            for _ in 0..<20 {
                simulation[0].inject(frame)
                await simulation.run(for: .milliseconds(250))
            }
        }
        await simulation.run(for: .seconds(10))
        #expect(simulation.coverage[.refusedReplay] > 0)
        #expect(simulation.coverage[.refusedAuthentication] > 0)
        #expect(simulation.coverage[.strangerClosed] > 0)
        #expect(simulation.state.isConverged)
        #expect(simulation.violations == [])
    }
}
