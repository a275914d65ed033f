import Memberlist
import Metrics
import MetricsTestKit
import Synchronization
import Testing

/// A refusal says why: in the join that it ends, in an event, in the log and as a count.
@Suite(.timeLimit(.minutes(10)))
struct AdmissionTests {
    private func refusals(of events: MemberlistEvents) async throws -> Refusal? {
        let event = try await events.first { if case .refused = $0 { true } else { false } }
        guard case .refused(let refusal) = event else { return nil }
        return refusal
    }

    @Test func aRefusedMergeSaysWhy() async throws {
        let (metrics, lines) = (TestMetrics(), LogLines())
        let delegate = HookRecorder(decides: true) { $0.merge = { .refuse("\($0.count) too many") } }
        try await withMetricsFactory(metrics) {
            let node = try await Memberlist.create(local("a"), delegate: delegate, logger: lines.logger)
            let events = node.events
            try await withNodes([local("b")]) { nodes in
                let results = await node.join([nodes[0].address])
                #expect(results.map(\.outcome) == [.failure(.refused("1 too many"))])
                let refusal = try #require(try await refusals(of: events))
                #expect(refusal.reason == "1 too many")
                guard case .merge(let members) = refusal.subject else {
                    Issue.record("\(refusal)")
                    return
                }
                #expect(members.map(\.name) == ["b"])
            }
            // A node that is alone tries the address again.
            #expect(!lines.having("warning", "refused a merge", "reason=1 too many").isEmpty)
            #expect(
                metrics.counterTotal(label: "memberlist.msg.dropped", dimensions: [("reason", "refused")])
                    >= 1
            )
            await node.shutdown()
        }
    }

    @Test func aRefusedMemberIsToldOnceForEachReason() async throws {
        let lines = LogLines()
        let delegate = HookRecorder(decides: true) {
            $0.alive = { $0.name == "b" ? .refuse("not b") : .allow }
        }
        let node = try await Memberlist.create(local("a"), delegate: delegate, logger: lines.logger)
        let events = node.events
        try await withNodes([local("b"), local("c")]) { nodes in
            // Its exchange is merged but for itself; each further one says it again.
            for _ in 0..<3 { #expect(await node.join([nodes[0].address]).allSatisfy(\.succeeded)) }
            let refusal = try #require(try await refusals(of: events))
            guard case .member(let member) = refusal.subject else {
                Issue.record("\(refusal)")
                return
            }
            #expect(member.name == "b" && member.endpoint == nodes[0].localMember.endpoint)
            #expect(refusal.reason == "not b")
            delegate.answers.withLock {
                $0.alive = { $0.name == "b" ? .refuse("still not b") : .allow }
            }
            #expect(await node.join([nodes[0].address]).allSatisfy(\.succeeded))
            #expect(try await refusals(of: events)?.reason == "still not b")
            // It stands before whatever comes after.
            #expect(await node.join([nodes[1].address]).allSatisfy(\.succeeded))
            try await node.seesAlive(2)
            #expect(lines.having("refused a member", "reason=not b").count == 1)
            #expect(node.member(named: "b") == nil)
        }
        await node.shutdown()
    }

    @Test func noAnswerInTimeIsARefusalThatSaysSo() async throws {
        let metrics = TestMetrics()
        let delegate = HookRecorder(decides: true) { $0.delay = .seconds(3_600) }
        try await withMetricsFactory(metrics) {
            // The start asks for metadata first, and does not wait for it either.
            let configuration = local("a") { $0.hookTimeout = .milliseconds(100) }
            let node = try await Memberlist.create(configuration, delegate: delegate)
            try await withNodes([local("b")]) { nodes in
                let results = await node.join([nodes[0].address])
                #expect(
                    results.map(\.outcome) == [.failure(.refused("the delegate did not decide in time"))]
                )
            }
            // On a busy machine other answers are late too.
            #expect(metrics.counterTotal(label: "memberlist.hooks.late") >= 2)
            await node.shutdown()
        }
    }
}
