import Memberlist
import Synchronization
import Testing

/// HashiCorp's `PingDelegate`: what acks carry, and how long they took.
@Suite(.timeLimit(.minutes(10)))
struct PingHookTests {
    private func ping(
        _ delegate: HookRecorder,
        where isWanted: @escaping @Sendable (HookRecorder.Ping) -> Bool
    )
        async throws -> HookRecorder.Ping
    {
        try await within {
            for await ping in delegate.pings where isWanted(ping) { return ping }
            throw TimedOut()
        }
    }

    @Test func aProbesAnswerBringsThePayloadAndItsTime() async throws {
        let (asking, answering) = (HookRecorder(), HookRecorder(offers: true) { $0.payload = [1, 2, 3] })
        let first = try await Memberlist.create(local("a"), delegate: asking)
        let second = try await Memberlist.create(local("b"), delegate: answering)
        #expect(await first.join([second.address]).allSatisfy(\.succeeded))
        let told = try await ping(asking) { $0.payload == [1, 2, 3] }
        #expect(told.member == "b" && told.roundTrip > .zero && told.roundTrip <= .milliseconds(800))
        // What it says later is what later answers carry.
        answering.answers.withLock { $0.payload = [4] }
        _ = try await ping(asking) { $0.payload == [4] }
        #expect(answering.limits.withLock { $0["pingPayload"] } == second.pingPayloadLimit)
        await first.shutdown()
        await second.shutdown()
    }

    @Test(arguments: [false, true])
    func thePayloadMayBeAsLargeAsItIsSaid(encrypted: Bool) async throws {
        let key = try SecretKey.random()
        let asking = HookRecorder()
        let first = try await Memberlist.create(
            local("a") { if encrypted { $0.keyring = Keyring(primary: key) } },
            delegate: asking
        )
        try await withNodes([local("b") { if encrypted { $0.keyring = Keyring(primary: key) } }]) { nodes in
            let limit = nodes[0].pingPayloadLimit
            #expect(limit > 1_000)
            let payload = (0..<limit).map { _ in UInt8.random(in: 0 ... .max) }
            try await nodes[0].setPingPayload(payload)
            await #expect(throws: MemberlistError.messageTooLarge(size: limit + 1, limit: limit)) {
                try await nodes[0].setPingPayload(payload + [1])
            }
            #expect(await first.join([nodes[0].address]).allSatisfy(\.succeeded))
            _ = try await ping(asking) { $0.payload == payload }
            try await nodes[0].setPingPayload([])
            _ = try await ping(asking) { $0.payload.isEmpty }
        }
        await first.shutdown()
    }
}
