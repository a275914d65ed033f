import NIOCore
import Testing

@testable import Memberlist

/// Knobs that HashiCorp's memberlist has not, where the calls do not say otherwise.
@Suite(.timeLimit(.minutes(10)))
struct OwnKnobTests {
    /// Far longer than the knob and far shorter than what would end it otherwise.
    private static let soon: Duration = .seconds(30)

    @Test func aJoinEndsAtTheConfigurationsTimeout() async throws {
        let silent = try await bindStream(0, host: "127.0.53.95")
        let port = try #require(silent.localAddress?.port)
        let impatient = local("a") {
            ($0.joinTimeout, $0.streams.timeout) = (.milliseconds(300), .seconds(600))
        }
        try await withNodes([impatient]) { nodes in
            let start = ContinuousClock.now
            let results = await nodes[0].join(["127.0.53.95:\(port)"])
            #expect(results.map(\.outcome) == [.failure(.timedOut)])
            #expect(ContinuousClock.now - start < Self.soon)
        }
        try await silent.close()
    }

    /// What is cut off hears nothing, and the word says so.
    @Test(
        "Trap 14: a leave that nobody can hear ends at its time, and does not say that it was heard",
        arguments: [true, false]
    )
    func aLeaveThatNobodyHears(isShort: Bool) async throws {
        let network = InMemoryNetwork(seed: 6)
        let transports = [network.transport(), network.transport()]
        let leaving = local("a") {
            $0.leaveTimeout = isShort ? .milliseconds(1) : .seconds(60)
            $0.gossip.interval = isShort ? .seconds(60) : .milliseconds(50)
            // Nobody is found failed meanwhile.
            $0.probe.interval = .zero
        }
        try await withNodes([leaving, local("b") { $0.probe.interval = .zero }], over: transports) { nodes in
            #expect(await nodes[0].join(["\(transports[1].endpoint)"]).allSatisfy(\.succeeded))
            for node in nodes { try await node.seesAlive(2) }
            network.partition([transports[0].endpoint])
            let start = ContinuousClock.now
            let outcome = try await nodes[0].leave()
            #expect(ContinuousClock.now - start < Self.soon)
            #expect(outcome == LeaveOutcome(told: 1, heard: 0, isComplete: !isShort))
            #expect(!outcome.wasHeard && nodes[1].member(named: "a")?.state == .alive)
        }
    }

    @Test(arguments: [true, false]) func encryptionOfVersionZeroIsReadWhereItMay(accepts: Bool) async throws {
        let network = InMemoryNetwork(seed: 7)
        let transports = [network.transport(), network.transport()]
        let key = try SecretKey.random()
        func node(_ name: String, _ change: (inout MemberlistConfiguration) -> Void)
            -> MemberlistConfiguration
        {
            local(name) {
                $0.keyring = Keyring(primary: key)
                change(&$0)
            }
        }
        let (old, new) = (
            node("old") { $0.protocolVersion = 1 }, node("new") { $0.acceptsPaddedEncryption = accepts }
        )
        try await withNodes([old, new], over: transports) { nodes in
            let joined = await nodes[0].join(["\(transports[1].endpoint)"])
            #expect(joined.allSatisfy { $0.succeeded == accepts }, "\(joined)")
            #expect(nodes[1].members.count == (accepts ? 2 : 1))
        }
    }
}
