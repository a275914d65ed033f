import Testing

@testable import Memberlist

@Suite(.timeLimit(.minutes(10)))
struct EventTests {
    @Test func aSlowReaderIsToldWhatItMissed() async throws {
        // Who does not probe suspects nobody: no other event comes between.
        let configurations = [
            local("a") { $0.probe.interval = .zero },
            local("b") { ($0.probe.interval, $0.eventBuffer) = (.zero, 4) },
        ]
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

    /// A cluster that was refused stands in no table: the event alone holds its members.
    @Test func refusedMergesThatWaitAreBoundedInBytes() async throws {
        let subscription = EventSubscription(capacity: 1_000)
        let endpoint = Endpoint(address: try #require(IPAddress("127.0.0.1")), port: 1)
        let member = Member(name: "b", endpoint: endpoint, meta: [UInt8](repeating: 0, count: 512))
        let cluster = [Member](repeating: member, count: Limits.waitingBytes / 512 / 4)
        for _ in 0..<5 { subscription.send(.refused(Refusal(.merge(cluster), reason: "no"))) }
        subscription.finish()
        var refused = 0
        var dropped = 0
        while let event = await subscription.next() {
            if case .refused = event { refused += 1 }
            if case .dropped(let count) = event { dropped += count }
        }
        #expect(refused == 3 && dropped == 2)
    }

    @Test func messagesThatWaitAreBoundedInBytes() async throws {
        let subscription = EventSubscription(capacity: 1_000)
        let from = Endpoint(address: try #require(IPAddress("127.0.0.1")), port: 1)
        let large = [UInt8](repeating: 0, count: Limits.waitingBytes - 1)
        for payload in [large, [1], [2], [3]] { subscription.send(.message(payload: payload, from: from)) }
        subscription.finish()
        var sizes: [Int] = []
        var dropped = 0
        while let event = await subscription.next() {
            if case .message(let payload, _) = event { sizes.append(payload.count) }
            if case .dropped(let count) = event { dropped += count }
        }
        #expect(sizes == [large.count, 1] && dropped == 2)
    }
}
