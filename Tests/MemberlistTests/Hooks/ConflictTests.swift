import Memberlist
import Synchronization
import Testing

private final class ConflictListener: MemberlistDelegate {
    let seen: AsyncStream<[Member]>
    private let sink: AsyncStream<[Member]>.Continuation

    init() {
        (seen, sink) = AsyncStream.makeStream()
    }

    func conflict(existing: Member, claimed: Member) async { sink.yield([existing, claimed]) }
}

@Suite(.timeLimit(.minutes(10)))
struct ConflictTests {
    @Test("Trap 4: two nodes of one name are an event, a hook and a line that name both addresses")
    func aConflictNamesBothAddresses() async throws {
        let (delegate, lines) = (ConflictListener(), LogLines())
        let node = try await Memberlist.create(local("a"), delegate: delegate, logger: lines.logger)
        try await withNodes([local("twin"), local("twin")]) { twins in
            #expect(await twins[0].join([node.address]).allSatisfy(\.succeeded))
            try await node.seesAlive(2)
            let events = node.events
            await twins[1].join([node.address])
            let (first, second) = (twins[0].localMember.endpoint, twins[1].localMember.endpoint)
            let isWanted: @Sendable (Member, Member) -> Bool = { existing, claimed in
                existing.name == "twin" && claimed.name == "twin" && existing.endpoint == first
                    && claimed.endpoint == second
            }
            try await events.first { event in
                if case .conflict(let existing, let claimed) = event {
                    isWanted(existing, claimed)
                } else {
                    false
                }
            }
            try await within {
                for await pair in delegate.seen where isWanted(pair[0], pair[1]) { return }
                throw TimedOut()
            }
            #expect(!lines.having("two nodes claim one name", "\(first)", "\(second)").isEmpty)
            #expect(node.member(named: "twin")?.endpoint == first)
        }
        await node.shutdown()
    }
}
