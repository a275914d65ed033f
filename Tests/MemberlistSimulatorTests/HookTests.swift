import Memberlist
import MemberlistSimulator
import Synchronization
import Testing

/// Offers what a delegate can offer, and keeps what it is told.
private final class Offering: MemberlistDelegate {
    private let number: UInt8
    let pings = Mutex<Set<[UInt8]>>([])
    private let unsaid: Mutex<[[UInt8]]>
    let offersBroadcasts = true
    let offersPingPayload = true

    init(_ number: Int) {
        self.number = UInt8(number)
        unsaid = Mutex([[UInt8(number), 1], [UInt8(number), 2]])
    }

    func metadata(limit: Int) async -> [UInt8]? { [number, number] }

    func broadcasts(limit: Int) async -> [[UInt8]] {
        unsaid.withLock { unsaid in
            defer { unsaid = [] }
            return unsaid
        }
    }

    func pingPayload(limit: Int) async -> [UInt8] { [number] }

    func pingCompleted(_ member: Member, roundTrip: Duration, payload: [UInt8]) async {
        guard roundTrip > .zero else { return }
        _ = pings.withLock { $0.insert(payload) }
    }
}

/// Hooks that are asked ahead of time are asked in virtual time too.
@Suite struct HookTests {
    private func run(seed: UInt64) async throws -> String {
        let delegates = (0..<3).map { Offering($0) }
        let simulation = try Simulation(nodes: 3, seed: seed, delegates: { delegates[$0] })
        let events = simulation[0].recordEvents()
        simulation.joinAll()
        try await simulation.expect(within: .seconds(10), "joining") { $0.isConverged }
        try await simulation.expect(within: .seconds(60), "payloads of both others") { _ in
            delegates[0].pings.withLock { $0 } == [[1], [2]]
        }
        #expect(simulation[1].members.allSatisfy { $0.meta.count == 2 })
        // Before anybody had joined there was nobody to tell.
        #expect(events.messages.allSatisfy { $0.count == 2 })
        return simulation.history
    }

    @Test func whatIsOfferedIsAskedFor() async throws {
        let history = try await run(seed: 7)
        #expect(try await run(seed: 7) == history)
    }
}
