import Memberlist
import MemberlistSimulator
import Testing

/// What may be done to processes and machines: pauses, crashes, moves, clocks.
@Suite struct ProcessFaultTests {
    @Test func aPausedProcessHearsLaterWhatTheSystemHeld() async throws {
        let simulation = try await SmallCluster.make(3)
        let hearing = Hearing(of: 2, in: simulation)
        simulation[2].pause()
        for number in 0..<10 { simulation[0].send(SmallCluster.payload(number), to: simulation[2].name) }
        await simulation.run(for: .milliseconds(500))
        #expect(hearing.payloads == [])
        simulation[2].resume()
        await simulation.run(for: .milliseconds(10))
        #expect(Set(hearing.payloads) == Set((0..<10).map(SmallCluster.payload)))
        await simulation.run(for: .seconds(20))
        #expect(simulation.state.isConverged)
    }

    @Test func aFullSocketLosesTheRest() async throws {
        let simulation = try await SmallCluster.make(2)
        let hearing = Hearing(of: 1, in: simulation)
        simulation[1].pause()
        for number in 0..<1_000 {
            simulation[0].send([UInt8](repeating: 1, count: 500) + SmallCluster.payload(number), to: "node-1")
        }
        await simulation.run(for: .milliseconds(100))
        simulation[1].resume()
        await simulation.run(for: .seconds(5))
        #expect((100...300).contains(hearing.payloads.count), "212,992 bytes hold about 190")
        #expect(simulation.coverage[.socketOverflowed] > 500)
        #expect(simulation.violations == [])
    }

    @Test func aLongPauseIsAFailureAndTheNodeComesBack() async throws {
        let simulation = try await SmallCluster.make(3)
        simulation[2].pause()
        await simulation.run(for: .seconds(25))
        #expect(simulation[0].belief(about: simulation[2]) == .dead)
        simulation[2].resume()
        try await simulation.expect(within: .seconds(30)) { $0.isConverged }
        #expect(simulation.coverage[.refuted] > 0)
    }

    @Test func aBlockedNodesTimersRunAndItSuspectsOthers() async throws {
        let simulation = try await SmallCluster.make(3)
        simulation[2].block()
        let before = simulation[2].traffic
        await simulation.run(for: .seconds(20))
        let during = simulation[2].traffic - before
        #expect(during.datagramsSent == 0)
        #expect(simulation[2].healthScore > 0)
        #expect(simulation[2].belief(about: simulation[0]) != .alive)
        simulation[2].resume()
        try await simulation.expect(within: .seconds(60)) { $0.isConverged }
    }

    @Test func aCrashIsFoundAndARestartInPlaceComesBackHigher() async throws {
        let simulation = try await SmallCluster.make(3)
        simulation[2].crash()
        #expect(!simulation[2].isRunning)
        #expect(simulation[2].members.isEmpty)
        await simulation.run(for: .seconds(25))
        #expect(simulation[0].belief(about: simulation[2]) == .dead)
        simulation[2].restart()
        simulation[2].join(through: simulation[0])
        try await simulation.expect(within: .seconds(30)) { $0.isConverged }
        let incarnation = simulation[0].members.first { $0.name == "node-2" }?.incarnation
        #expect(try #require(incarnation) > 1)
    }

    @Test func aRestartElsewhereIsAConflictUntilTheOldOneIsForgotten() async throws {
        let simulation = try await SmallCluster.make(3) { $0.deadNodeReclaim = .seconds(5) }
        let old = simulation[2].endpoint
        simulation[2].crash()
        simulation[2].restart(elsewhere: true)
        #expect(simulation[2].endpoint != old)
        simulation[2].join(through: simulation[0])
        await simulation.run(for: .seconds(1))
        #expect(simulation.coverage[.conflict] > 0)
        func known() -> Endpoint? { simulation[0].members.first { $0.name == "node-2" }?.endpoint }
        #expect(known() == old)
        for _ in 0..<30 where known() == old {
            await simulation.run(for: .seconds(2))
            simulation[2].join(through: simulation[0])
        }
        try await simulation.expect(within: .seconds(10)) { $0.isConverged }
        #expect(known() == simulation[2].endpoint)
        #expect(simulation.violations == [])
    }

    @Test func whoLeavesIsNoFailureAndMayReturnInTheSameProcess() async throws {
        let simulation = try await SmallCluster.make(3)
        simulation[2].leave(thenEnds: false)
        try await simulation.expect(within: .seconds(10)) { $0.isConverged }
        #expect(simulation[0].belief(about: simulation[2]) == .left)
        #expect(simulation[2].isRunning)
        simulation[2].join(through: simulation[0])
        try await simulation.expect(within: .seconds(10)) { $0.isConverged }
        #expect(simulation[0].belief(about: simulation[2]) == .alive)
        #expect(simulation.coverage[.rejoined] == 1 && simulation.coverage[.memberFailed] == 0)
        #expect(simulation.violations == [])
    }

    @Test func whoLeavesAndEndsIsGoneOnceItWasHeard() async throws {
        let simulation = try await SmallCluster.make(3)
        simulation[2].leave()
        await simulation.run(for: .seconds(10))
        #expect(!simulation[2].isRunning)
        #expect(simulation[0].belief(about: simulation[2]) == .left)
        #expect(simulation.coverage[.leaveHeard] == 1)
    }

    @Test func clocksOfOtherSpeedsKeepTheirOwnTime() async throws {
        let simulation = try await SmallCluster.make(3)
        simulation[0].setClockDrift(-0.5)
        simulation[1].setClockDrift(0.5)
        let before = simulation.nodes.map(\.traffic)
        await simulation.run(for: .seconds(60))
        let sent = simulation.nodes.indices.map { (simulation[$0].traffic - before[$0]).datagramsSent }
        // All answer as many pings; the fast one asks three times as often as the slow one.
        #expect(sent[1] > sent[2] && sent[2] > sent[0])
        #expect(simulation.state.isConverged)
        #expect(simulation.coverage[.memberFailed] == 0)
    }
}
