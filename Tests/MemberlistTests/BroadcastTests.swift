import Memberlist
import Testing

@Suite(.timeLimit(.minutes(10)))
struct BroadcastTests {
    @Test func aTicketTellsHowItsBroadcastEnded() async throws {
        try await withNodes([local("a"), local("b")]) { nodes in
            let events = nodes[1].events
            // Nobody is there to hear, so all of them wait.
            let old = try await nodes[0].broadcast(Broadcast([1], name: "users/1"))
            let other = try await nodes[0].broadcast(Broadcast([2], name: "users/2"))
            let unique = try await nodes[0].broadcast(Broadcast([3]))
            let back = try await nodes[0].broadcast([4])
            let new = try await nodes[0].broadcast(
                Broadcast([5], name: "users/1", invalidates: ["users/2", "users/3"])
            )
            back.cancel()
            #expect(try await old.outcome == .replaced)
            #expect(try await other.outcome == .replaced)
            #expect(try await back.outcome == .cancelled)
            #expect(nodes[0].queuedBroadcasts.application.count == 2)
            #expect(await nodes[0].join([nodes[1].address]).allSatisfy(\.succeeded))
            let outcomes = try await within { try await [unique.outcome, new.outcome, new.outcome] }
            #expect(outcomes == [.transmitted, .transmitted, .transmitted])
            var heard: Set<[UInt8]> = []
            while heard.count < 2 {
                if let payload = try await events.first(where: { $0.payload != nil }).payload {
                    heard.insert(payload)
                }
            }
            #expect(heard == [[3], [5]])
            new.cancel()
            #expect(try await new.outcome == .transmitted)
        }
    }

    @Test func aShutdownEndsWhatWaits() async throws {
        let node = try await Memberlist.create(local("a"))
        let ticket = try await node.broadcast([1])
        let waiting = Task { try await ticket.outcome }
        await node.shutdown()
        #expect(try await within { try await waiting.value } == .cancelled)
        await #expect(throws: MemberlistError.shutDown) { try await node.broadcast([1]) }
    }

    @Test func aCancelledWaitLeavesTheBroadcastAlone() async throws {
        try await withNodes([local("a"), local("b")]) { nodes in
            let ticket = try await nodes[0].broadcast([1])
            let waiting = Task { try await ticket.outcome }
            waiting.cancel()
            await #expect(throws: CancellationError.self) {
                try await within { try await waiting.value }
            }
            #expect(await nodes[0].join([nodes[1].address]).allSatisfy(\.succeeded))
            #expect(try await within { try await ticket.outcome } == .transmitted)
        }
    }

    @Test("Trap 20: a broadcast over the limit is refused at the call, and nothing waits")
    func whatFitsNoDatagramDoesNotWait() async throws {
        try await withNodes([local("a")]) { nodes in
            let limit = nodes[0].broadcastLimit
            let tooLarge = Broadcast([UInt8](repeating: 1, count: limit + 1), name: "n")
            await #expect(throws: MemberlistError.messageTooLarge(size: limit + 1, limit: limit)) {
                try await nodes[0].broadcast(tooLarge)
            }
            #expect(nodes[0].queuedBroadcasts.application.count == 0)
            try await nodes[0].broadcast(Broadcast(Array(tooLarge.payload.dropLast()), name: "n"))
            #expect(nodes[0].queuedBroadcasts.application.count == 1)
            #expect(nodes[0].queuedBroadcasts.application.bytes == limit + 1)
        }
    }

    @Test("Trap 23: the application's queue is bounded, and says so") func boundsAreTold() async throws {
        let small = local("a") {
            $0.broadcasts.maximumCount = 3
        }
        try await withNodes([small, local("b")]) { nodes in
            for byte in 1...3 as ClosedRange<UInt8> { try await nodes[0].broadcast([byte]) }
            await #expect(throws: MemberlistError.queueFull) { try await nodes[0].broadcast([4]) }
            try await nodes[0].pruneBroadcasts(keeping: 1)
            #expect(nodes[0].queuedBroadcasts.application.count == 1)
            #expect(nodes[0].queuedBroadcasts.application.dropped == 2)
            let last = try await nodes[0].broadcast([5])
            try await nodes[0].pruneBroadcasts()
            #expect(try await last.outcome == .dropped)
            #expect(nodes[0].queuedBroadcasts.application.count == 0)
        }
    }
}
