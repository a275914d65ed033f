import MemberlistSimulator
import MemberlistWire
import Testing

/// Sockets of an application's own, beside the cluster's.
@Suite struct SocketTests {
    private final class Inbox {
        var texts: [String] = []
    }

    private func pair(_ simulation: Simulation) throws -> (SimulatedSocket, SimulatedSocket, Inbox) {
        let first = try #require(simulation[0].openSocket(port: 9_000))
        let second = try #require(simulation[1].openSocket(port: 9_000))
        let inbox = Inbox()
        second.onReceive = { bytes, source in
            inbox.texts.append(String(decoding: bytes, as: UTF8.self))
            #expect(source == first.endpoint)
        }
        return (first, second, inbox)
    }

    @Test func bytesTakeTheLinksTimeAndShareTheirCuts() async throws {
        let simulation = try Simulation(nodes: 2, seed: 3)
        let (first, second, inbox) = try pair(simulation)
        first.send(Array("one".utf8), to: second.endpoint)
        #expect(inbox.texts.isEmpty)
        await simulation.run(for: .milliseconds(10))
        #expect(inbox.texts == ["one"])
        simulation.partition([0])
        first.send(Array("two".utf8), to: second.endpoint)
        await simulation.run(for: .seconds(1))
        #expect(inbox.texts == ["one"])
    }

    @Test func whatGoesReliablyArrivesInOrderAfterACut() async throws {
        let simulation = try Simulation(nodes: 2, seed: 4, network: .lossy(0.3))
        let (first, second, inbox) = try pair(simulation)
        var outcomes: [Bool] = []
        let cut = simulation.partition([0])
        for number in 0..<5 {
            first.sendReliably(Array("\(number)".utf8), to: second.endpoint) { outcomes.append($0) }
        }
        await simulation.run(for: .seconds(2))
        #expect(inbox.texts.isEmpty)
        simulation.end(cut)
        await simulation.run(for: .seconds(6))
        #expect(inbox.texts == ["0", "1", "2", "3", "4"])
        #expect(outcomes == [true, true, true, true, true])
    }

    @Test func aSocketEndsWithItsProcess() async throws {
        let simulation = try Simulation(nodes: 2, seed: 5)
        let (first, second, inbox) = try pair(simulation)
        simulation[1].crash()
        simulation[1].restart()
        #expect(!second.isOpen)
        var arrived: Bool?
        first.sendReliably([1], to: second.endpoint, timeout: .seconds(1)) { arrived = $0 }
        await simulation.run(for: .seconds(2))
        #expect(arrived == false)
        #expect(inbox.texts.isEmpty)
        #expect(simulation[1].openSocket(port: 9_000) != nil)
        #expect(simulation[1].openSocket(port: 7_946) == nil)
    }

    @Test func aProcessThatStandsStillReadsLater() async throws {
        let simulation = try Simulation(nodes: 2, seed: 6)
        let (first, second, inbox) = try pair(simulation)
        simulation[1].pause()
        first.send([65], to: second.endpoint)
        await simulation.run(for: .seconds(5))
        #expect(inbox.texts.isEmpty)
        simulation[1].resume()
        await simulation.run(for: .seconds(1))
        #expect(inbox.texts == ["A"])
    }
}
