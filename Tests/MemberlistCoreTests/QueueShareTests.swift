import MemberlistWire
import Testing

@testable import MemberlistCore

/// Neither the application's broadcasts nor the news of members starve the other.
@Suite struct QueueShareTests {
    private struct Sent {
        var application = 0
        var membership = 0
        var rounds = 0

        /// The application's part of all bytes, of a hundred.
        var share: Int { application * 100 / max(application + membership, 1) }
    }

    /// Rounds in each of which either side has so many more messages of that size to say.
    private func run(
        share: Int,
        rounds: Int,
        application: (count: Int, size: Int),
        membership: (count: Int, size: Int),
        burst: Bool = false
    ) -> Sent {
        var node = Node(knowing: 30) {
            $0.gossipInterval = .seconds(0.2)
            $0.probeInterval = 0
            $0.userShare = share
        }
        var sent = Sent()
        for round in 0..<rounds {
            for id in 0..<application.count {
                let payload = [UInt8](repeating: 7, count: application.size)
                node.handle(.broadcastRequested(RequestID(UInt64(round * 100 + id)), payload, name: nil))
            }
            for number in 0..<membership.count {
                let meta = [UInt8](repeating: 1, count: membership.size)
                // Another member each time, so that no news replace what is still on its way.
                let who = (round * membership.count + number) % 30
                node.hear(alive(peer(who), at: who + 2, incarnation: UInt32(round + 2), meta: meta))
            }
            // The first datagrams of a round are shared; those beyond are a burst of news, and nobody's share.
            for datagram in node.advance(by: 0.2).datagrams.prefix(burst ? .max : 3) {
                for message in datagram.messages {
                    var bytes: [UInt8] = []
                    message.encode(into: &bytes)
                    if case .user = message {
                        sent.application += bytes.count
                    } else {
                        sent.membership += bytes.count
                    }
                }
            }
            sent.rounds += 1
        }
        return sent
    }

    @Test("Trap 22: under a flood of both each side gets its share", arguments: [10, 25, 50, 75, 90])
    func bothFlood(share: Int) {
        for size in [100, 650, 1_300] {
            let sent = run(share: share, rounds: 300, application: (20, size), membership: (30, 400))
            // Within two of a hundred: messages do not fill datagrams to the byte.
            #expect(abs(sent.share - share) <= 2, "\(size) bytes each: \(sent.share)")
        }
    }

    @Test("Trap 22: a flood of the application's leaves a little news untouched")
    func theApplicationFloods() {
        let alone = run(share: 50, rounds: 100, application: (0, 0), membership: (1, 100))
        let beside = run(share: 50, rounds: 100, application: (30, 1_300), membership: (1, 100))
        // All that was said is said as often as without a flood, for it needs less than its share.
        #expect(beside.membership * 100 >= alone.membership * 95, "\(alone) \(beside)")
        #expect(beside.application > beside.membership)
    }

    @Test("Trap 22: a flood of news leaves a small broadcast untouched") func newsFlood() {
        let beside = run(share: 50, rounds: 200, application: (1, 50), membership: (30, 500))
        // 30 listeners, three told in a round: ten are on their way at a time, and each of 51 bytes goes out whole.
        #expect(beside.application >= 200 * 3 * 10 * 51 * 9 / 10)
        #expect(beside.membership > beside.application)
    }

    @Test("Trap 22: a flood of the application's does not slow a burst of news down") func theBurstStays() {
        let alone = run(share: 50, rounds: 50, application: (0, 0), membership: (30, 400), burst: true)
        let beside = run(share: 50, rounds: 50, application: (20, 1_000), membership: (30, 400), burst: true)
        // Of four times three datagrams in a round the application takes half of the first three.
        #expect(beside.membership * 100 >= alone.membership * 85, "\(alone) \(beside)")
    }

    @Test func theSmallestShareTellsTheLargestMessage() {
        let sent = run(share: 1, rounds: 400, application: (1, 1_300), membership: (30, 400))
        // A hundredth of 1,200 datagrams.
        #expect((10...14) ~= sent.application / 1_301)
    }
}
