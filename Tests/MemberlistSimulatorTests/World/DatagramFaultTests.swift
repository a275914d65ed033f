import Memberlist
import MemberlistSimulator
import Testing

/// What links do to datagrams, seen by who gets them.
@Suite struct DatagramFaultTests {
    /// Sends many from node 0 to node 1 over links of that kind, and returns what is heard.
    private func sendMany(
        _ count: Int,
        every pause: Duration = .milliseconds(5),
        bytes: Int = 20,
        encrypted: Bool = true,
        over conditions: LinkConditions
    ) async throws -> (heard: [[UInt8]], times: [Duration], simulation: Simulation) {
        let simulation = try await SmallCluster.make(2) { configuration in
            if !encrypted { configuration.keyring = nil }
        }
        let hearing = Hearing(of: 1, in: simulation)
        simulation.setLinks(from: [0], to: [1], conditions)
        for number in 0..<count {
            let payload = SmallCluster.payload(number)
            let filler = [UInt8](repeating: 0x20, count: max(0, bytes - payload.count))
            simulation[0].send(payload + filler, to: simulation[1].name)
            await simulation.run(for: pause)
        }
        await simulation.run(for: .seconds(5))
        #expect(simulation.violations == [])
        return (hearing.payloads, hearing.times, simulation)
    }

    @Test(arguments: [0.05, 0.3, 0.7])
    func asManyAreLostAsIsSaid(loss: Double) async throws {
        let heard = try await sendMany(2_000, over: .lossy(loss)).heard
        let deviation = (loss * (1 - loss) * 2_000).squareRoot()
        #expect(abs(Double(heard.count) - (1 - loss) * 2_000) < 4 * deviation)
        #expect(Set(heard).count == heard.count, "nothing arrives twice")
    }

    @Test func nothingIsLostOnAGoodLinkAndOrderIsKeptWhereJitterIsSmall() async throws {
        let heard = try await sendMany(500, over: .good).heard
        #expect(heard.count == 500)
        #expect(heard == (0..<500).map { Self.padded($0) })
    }

    private static func padded(_ number: Int) -> [UInt8] {
        let payload = SmallCluster.payload(number)
        return payload + [UInt8](repeating: 0x20, count: 20 - payload.count)
    }

    @Test func copiesArriveWhereNothingTellsThemApart() async throws {
        var conditions = LinkConditions.good
        conditions.duplication = 0.25
        let plain = try await sendMany(1_000, encrypted: false, over: conditions)
        #expect((170...330).contains(plain.heard.count - 1_000))
        #expect(Set(plain.heard).count == 1_000)
        let sealed = try await sendMany(1_000, over: conditions)
        #expect(sealed.heard.count == 1_000, "a sealed frame is taken once")
        #expect(sealed.simulation.coverage[.refusedReplay] > 170)
    }

    @Test func laterOnesOvertakeThoseThatAreHeldBack() async throws {
        var conditions = LinkConditions.good
        conditions.latency = .milliseconds(20)
        conditions.reordering = 0.2
        let heard = try await sendMany(300, over: conditions).heard
        let sent = (0..<300).map { Self.padded($0) }
        #expect(heard != sent)
        #expect(Set(heard) == Set(sent))
    }

    @Test func latencyJitterAndTailAreWithinBounds() async throws {
        var conditions = LinkConditions.good
        conditions.latency = .milliseconds(50)
        conditions.jitter = .milliseconds(10)
        conditions.tailProbability = 0.1
        conditions.tail = .seconds(1)
        let simulation = try await SmallCluster.make(2)
        let hearing = Hearing(of: 1, in: simulation)
        simulation.setLinks(from: [0], to: [1], conditions)
        var late = 0
        for number in 0..<300 {
            let start = simulation.time
            simulation[0].send(SmallCluster.payload(number), to: simulation[1].name)
            await simulation.run(for: .seconds(2))
            let took = try #require(hearing.times.last) - start
            #expect(took >= .milliseconds(50) && took < .milliseconds(1_060))
            if took > .milliseconds(60) { late += 1 }
        }
        #expect((10...50).contains(late))
    }

    @Test func aNarrowLinkPassesSoManyBytesASecondAndDropsTheRest() async throws {
        var conditions = LinkConditions.good
        conditions.bandwidth = 10_000
        let (heard, times, simulation) = try await sendMany(
            200,
            every: .milliseconds(10),
            bytes: 460,
            over: conditions
        )
        // About 500 bytes on the wire each, 200 of them within 2 s, and one second of them may wait.
        #expect((45...65).contains(heard.count), "\(heard.count)")
        #expect(try #require(times.last) - #require(times.first) > .seconds(2))
        #expect(simulation.coverage[.linkOverflowed] > 100)
    }
}
