import Memberlist
import Testing

@Suite(.timeLimit(.minutes(10)))
struct MessageLimitTests {
    @Test func whatIsTooLargeIsRefusedWithTheLimit() async throws {
        try await withNodes([local("a"), local("b")]) { nodes in
            let node = nodes[0]
            #expect(await node.join([nodes[1].address]).allSatisfy(\.succeeded))
            let limit = node.broadcastLimit
            #expect(limit > 1_300)
            let tooLarge = [UInt8](repeating: 1, count: limit + 1)
            let refused = MemberlistError.messageTooLarge(size: limit + 1, limit: limit)
            await #expect(throws: refused) { try await node.broadcast(tooLarge) }
            await #expect(throws: refused) { try await node.send(tooLarge, to: "b") }
            await #expect(throws: MemberlistError.messageTooLarge(size: 20_971_521, limit: 20_971_520)) {
                try await node.sendReliably([UInt8](repeating: 1, count: 20_971_521), to: "b")
            }
            await #expect(throws: MemberlistError.metaTooLong(size: 513, limit: 512)) {
                try await node.updateMeta([UInt8](repeating: 1, count: 513))
            }
            await #expect(throws: MemberlistError.messageEmpty) { try await node.broadcast([]) }
            await #expect(throws: MemberlistError.unknownMember("c")) { try await node.send([1], to: "c") }
            await #expect(throws: MemberlistError.unknownMember("c")) { try await node.ping("c") }

            let events = nodes[1].events
            try await node.broadcast(Array(tooLarge.dropLast()))
            try await events.first { $0.payload?.count == limit }
            try await node.send(Array(tooLarge.dropLast()), to: "b")
            try await events.first { $0.payload?.count == limit }
        }
    }

    private func node(_ name: String, sending size: Int) -> MemberlistConfiguration {
        local(name) {
            $0.gossip.datagramSize = size
            $0.compression = false
        }
    }

    /// HashiCorp's nodes may be configured to send datagrams of any size.
    @Test func datagramsOfTheLargestSizeArriveWhole() async throws {
        try await withNodes([node("a", sending: 65_507), node("b", sending: 65_507)]) { nodes in
            #expect(await nodes[0].join([nodes[1].address]).allSatisfy(\.succeeded))
            let events = nodes[1].events
            let payload = (0..<60_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
            try await nodes[0].send(payload, to: "b")
            try await events.first { $0.payload == payload }
        }
    }

    /// A node does not know what its peers are set to: the first that is longer than its own is lost, and it makes
    /// room then.
    @Test func roomIsMadeForDatagramsThatAreLongerThanThisNodesOwn() async throws {
        try await withNodes([node("a", sending: 9_000), node("b", sending: 1_400)]) { nodes in
            #expect(await nodes[0].join([nodes[1].address]).allSatisfy(\.succeeded))
            let events = nodes[1].events
            let payload = (0..<8_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
            try await nodes[0].send(payload, to: "b")
            // What a shorter one brings was sent after it.
            try await nodes[0].send([1], to: "b")
            #expect(try await events.first { $0.payload != nil }.payload == [1])
            try await within {
                while true {
                    try await nodes[0].send(payload, to: "b")
                    try await nodes[0].send([2], to: "b")
                    if try await events.first(where: { $0.payload?.isEmpty == false }).payload == payload {
                        return
                    }
                }
            }
        }
    }
}
