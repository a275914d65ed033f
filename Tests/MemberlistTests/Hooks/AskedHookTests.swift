import Memberlist
import Synchronization
import Testing

/// What the application is asked for ahead of time: its metadata and its broadcasts.
@Suite(.timeLimit(.minutes(10)))
struct AskedHookTests {
    @Test func metadataIsAskedForAtTheStartAndOnUpdate() async throws {
        let delegate = HookRecorder { $0.meta = [1] }
        let node = try await Memberlist.create(local("a") { $0.meta = [9] }, delegate: delegate)
        #expect(node.localMember.meta == [1] && node.localMember.incarnation == 1)
        #expect(delegate.limits.withLock { $0["metadata"] } == 512)
        try await withNodes([local("b")]) { nodes in
            #expect(await node.join([nodes[0].address]).allSatisfy(\.succeeded))
            try await nodes[0].seesAlive(2)
            let events = nodes[0].events
            delegate.answers.withLock { $0.meta = [2, 3] }
            try await node.updateMeta()
            try await events.first { event in
                if case .updated(let member) = event { member.meta == [2, 3] } else { false }
            }
            delegate.answers.withLock { $0.meta = nil }
            try await node.updateMeta()
            #expect(node.localMember.meta == [2, 3])
            delegate.answers.withLock { $0.meta = [UInt8](repeating: 0, count: 513) }
            await #expect(throws: MemberlistError.metaTooLong(size: 513, limit: 512)) {
                try await node.updateMeta()
            }
        }
        await node.shutdown()
    }

    @Test func tooMuchMetadataFailsTheStart() async throws {
        let delegate = HookRecorder { $0.meta = [UInt8](repeating: 0, count: 513) }
        await #expect(throws: MemberlistError.metaTooLong(size: 513, limit: 512)) {
            try await Memberlist.create(local("a"), delegate: delegate)
        }
    }

    @Test func aHookThatSaysNothingLeavesTheConfigurations() async throws {
        let delegate = HookRecorder { $0.delay = .seconds(3_600) }
        let configuration = local("a") {
            $0.meta = [9]
            $0.hookTimeout = .milliseconds(100)
        }
        let node = try await Memberlist.create(configuration, delegate: delegate)
        #expect(node.localMember.meta == [9])
        await #expect(throws: MemberlistError.timedOut) { try await node.updateMeta() }
        await node.shutdown()
    }

    @Test func broadcastsAreFetchedAndToldToAll() async throws {
        let delegate = HookRecorder(offers: true)
        let node = try await Memberlist.create(local("a"), delegate: delegate)
        try await withNodes([local("b"), local("c")]) { nodes in
            for other in nodes { #expect(await node.join([other.address]).allSatisfy(\.succeeded)) }
            for other in nodes { try await other.seesAlive(3) }
            let heard = nodes.map(\.events)
            let limit = node.broadcastLimit
            // One too large is told of and harms no other.
            delegate.answers.withLock { $0.broadcasts = [[1], [UInt8](repeating: 5, count: limit + 1), [2]] }
            for events in heard {
                try await within {
                    var missing: Set<[UInt8]> = [[1], [2]]
                    for await case .message(let payload, _) in events {
                        missing.remove(payload)
                        if missing.isEmpty { return }
                    }
                }
            }
            try await within {
                var ended: Set<[UInt8]> = []
                for await payload in delegate.ended {
                    ended.insert(payload)
                    if ended.count == 2 { return }
                }
            }
            #expect(delegate.limits.withLock { $0["broadcasts"] } == limit)
        }
        await node.shutdown()
    }
}
