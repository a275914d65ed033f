import Memberlist
import Testing

@Suite(.timeLimit(.minutes(10)))
struct EventTests {
    @Test func aSlowReaderIsToldWhatItMissed() async throws {
        let configurations = [local("a"), local("b") { $0.eventBuffer = 4 }]
        try await withNodes(configurations) { nodes in
            #expect(await nodes[0].join([nodes[1].address]).allSatisfy(\.succeeded))
            try await nodes[1].seesAlive(2)
            let slow = nodes[1].events
            // A stream's close says that its message has been read, and the loop takes them in order.
            for byte in UInt8(1)...10 { try await nodes[0].sendReliably([byte], to: "b") }
            try await nodes[0].isAnswered(by: "b")
            var iterator = slow.makeAsyncIterator()
            var payloads: [[UInt8]] = []
            for _ in 0..<4 { await iterator.next()?.payload.map { payloads.append($0) } }
            #expect(payloads == [[1], [2], [3], [4]])
            #expect(await iterator.next() == .dropped(6))
        }
    }

    @Test func eachSubscriptionGetsEverythingAndEndsWithTheNode() async throws {
        try await withNodes([local("a"), local("b")]) { nodes in
            let (one, two) = (nodes[0].events, nodes[0].events)
            #expect(await nodes[0].join([nodes[1].address]).allSatisfy(\.succeeded))
            for events in [one, two] {
                try await events.first {
                    if case .joined(let member) = $0 { member.name == "b" } else { false }
                }
            }
            await nodes[0].shutdown()
            for events in [one, two] {
                try await within { for await _ in events {} }
            }
        }
    }
}
