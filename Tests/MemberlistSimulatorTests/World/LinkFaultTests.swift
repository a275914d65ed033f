import Memberlist
import MemberlistSimulator
import Testing

/// Cuts, blocks and rewritten addresses: each does what it says, and no more.
@Suite struct LinkFaultTests {
    private func reaches(
        _ simulation: Simulation,
        from sender: Int,
        to receiver: Int,
        reliably: Bool = false
    ) async -> Bool {
        let payload = SmallCluster.payload(Int(simulation.time / .nanoseconds(1)))
        let hearing = Hearing(of: receiver, in: simulation)
        if reliably {
            simulation[sender].sendReliably(payload, to: simulation[receiver])
        } else {
            simulation[sender].send(payload, to: simulation[receiver].name)
        }
        await simulation.run(for: .milliseconds(100))
        return hearing.payloads.contains(payload)
    }

    @Test func aCutOfOneDirectionLeavesTheOther() async throws {
        let simulation = try await SmallCluster.make(3)
        let cut = simulation.cut(from: [0], to: [1])
        #expect(await !reaches(simulation, from: 0, to: 1))
        #expect(await reaches(simulation, from: 1, to: 0))
        #expect(await reaches(simulation, from: 0, to: 2))
        #expect(await !reaches(simulation, from: 0, to: 1, reliably: true))
        simulation.end(cut)
        #expect(await reaches(simulation, from: 0, to: 1))
    }

    @Test func aPartitionCutsBothWaysAndSparesThoseInside() async throws {
        let simulation = try await SmallCluster.make(4)
        let cut = simulation.partition([0, 1])
        #expect(await !reaches(simulation, from: 0, to: 2))
        #expect(await !reaches(simulation, from: 2, to: 0))
        #expect(await reaches(simulation, from: 0, to: 1))
        #expect(await reaches(simulation, from: 2, to: 3))
        simulation.end(cut)
        #expect(await reaches(simulation, from: 0, to: 2))
    }

    @Test func faultsThatOverlapEndEachForItself() async throws {
        let simulation = try await SmallCluster.make(4)
        let first = simulation.partition([0])
        let second = simulation.cut(from: [0], to: [1])
        simulation.end(first)
        #expect(await !reaches(simulation, from: 0, to: 1))
        #expect(await reaches(simulation, from: 0, to: 2))
        simulation.partition([0])
        simulation.end(second)
        #expect(await !reaches(simulation, from: 0, to: 1))
        simulation.heal()
        #expect(await reaches(simulation, from: 0, to: 1))
    }

    @Test func whoComesDuringAPartitionIsOnTheOtherSide() async throws {
        let simulation = try await SmallCluster.make(3)
        simulation.partition([0])
        let new = try simulation.addNode()
        new.join(through: simulation[1])
        await simulation.run(for: .seconds(2))
        #expect(new.belief(about: simulation[1]) == .alive)
        #expect(await reaches(simulation, from: new.index, to: 1))
    }

    @Test func blockedDatagramsLeaveStreamsAndTheMemberIsFoundByThem() async throws {
        let simulation = try await SmallCluster.make(3)
        simulation.blockDatagrams(of: [2])
        #expect(await !reaches(simulation, from: 0, to: 2))
        #expect(await reaches(simulation, from: 0, to: 2, reliably: true))
        await simulation.run(for: .seconds(20))
        #expect(simulation.coverage[.reachableByStreamAlone] > 0)
        #expect(simulation[0].belief(about: simulation[2]) == .alive)
        #expect(simulation.coverage[.memberFailed] == 0)
    }

    @Test func withoutStreamPingsBlockedDatagramsAreAFailure() async throws {
        let simulation = try await SmallCluster.make(3) { $0.probe.streamFallback = false }
        simulation.blockDatagrams(of: [2])
        await simulation.run(for: .seconds(20))
        #expect(simulation[0].belief(about: simulation[2]) == .dead)
    }

    @Test func whoIsBehindARouterStillJoinsAndStays() async throws {
        let simulation = try await SmallCluster.make(3)
        let new = try simulation.addNode()
        new.rewriteSource()
        var sources: Set<Endpoint> = []
        simulation.observe { observation in
            guard observation.node == 0, case .message(_, let source) = observation.kind else { return }
            sources.insert(source)
        }
        new.join(through: simulation[0])
        try await simulation.expect(within: .seconds(20)) { $0.isConverged }
        new.send([1], to: simulation[0].name)
        await simulation.run(for: .seconds(30))
        new.rewriteSource()
        new.send([2], to: simulation[0].name)
        await simulation.run(for: .seconds(30))
        #expect(sources.count == 2 && !sources.contains(new.endpoint), "others see the router's addresses")
        #expect(simulation.state.isConverged)
        #expect(simulation.coverage[.memberFailed] == 0)
        #expect(simulation.violations == [])
    }
}
