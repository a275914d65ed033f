import InMemoryTracing
import Memberlist
import ProcessSupport
import Testing
import Tracing

/// Joins, leaves, state exchanges and reliable sends have spans that say with whom, how much, and what came of it.
@Suite(.timeLimit(.minutes(10)))
struct TracingTests {
    /// A traced node and one that is not.
    private func traced(
        _ change: @escaping @Sendable (inout MemberlistConfiguration) -> Void = { _ in },
        _ body: @escaping @Sendable (InMemoryTracer, Memberlist, Memberlist) async throws -> Void
    ) async throws {
        let tracer = InMemoryTracer()
        try await withNodes([local("b")]) { others in
            try await withTracer(tracer) {
                try await withNodes([local("a", change)]) { nodes in
                    try await body(tracer, nodes[0], others[0])
                }
            }
        }
        #expect(tracer.activeSpans.isEmpty)
    }

    private func spans(_ tracer: InMemoryTracer, _ name: String) -> [FinishedInMemorySpan] {
        tracer.finishedSpans.filter { $0.operationName == "memberlist.\(name)" }
    }

    private func text(_ span: FinishedInMemorySpan, _ attribute: String) -> String? {
        if case .string(let value) = span.attributes["memberlist.\(attribute)"]?.toSpanAttribute() {
            value
        } else {
            nil
        }
    }

    private func number(_ span: FinishedInMemorySpan, _ attribute: String) -> Int64? {
        switch span.attributes["memberlist.\(attribute)"]?.toSpanAttribute() {
        case .int32(let value): Int64(value)
        case .int64(let value): value
        default: nil
        }
    }

    @Test func aJoinHoldsItsExchange() async throws {
        try await traced { tracer, node, other in
            #expect(await node.join([other.address]).allSatisfy(\.succeeded))
            let join = try #require(spans(tracer, "join").first)
            let exchange = try #require(spans(tracer, "push_pull").first)
            #expect(exchange.parentSpanID == join.spanID && exchange.traceID == join.traceID)
            #expect(text(join, "node") == "a" && text(join, "outcome") == "joined" && join.status == nil)
            #expect(number(join, "addresses") == 1 && number(join, "joined") == 1)
            #expect(text(exchange, "peer") == other.address && text(exchange, "outcome") == "merged")
            #expect(number(exchange, "members") == 1 && text(exchange, "joining") == "true")
        }
    }

    @Test func aJoinIsAPartOfWhatItsCallerTraces() async throws {
        try await traced { tracer, node, other in
            await withSpan("application") { _ in
                #expect(await node.join([other.address]).allSatisfy(\.succeeded))
            }
            let join = try #require(spans(tracer, "join").first)
            let outer = try #require(tracer.finishedSpans.first { $0.operationName == "application" })
            #expect(join.parentSpanID == outer.spanID)
        }
    }

    @Test func aJoinOfNobodyIsAnError() async throws {
        try await traced { tracer, node, other in
            await other.shutdown()
            #expect(await node.join([other.address]).contains { !$0.succeeded })
            let join = try #require(spans(tracer, "join").first)
            #expect(text(join, "outcome") == "nobody" && join.status?.code == .error)
            let exchange = try #require(spans(tracer, "push_pull").first)
            #expect(exchange.status?.code == .error)
            #expect(text(exchange, "outcome") == "\(JoinError.unreachable)")
        }
    }

    @Test func aReliableSendSaysHowMuchAndToWhom() async throws {
        try await traced { tracer, node, other in
            #expect(await node.join([other.address]).allSatisfy(\.succeeded))
            try await node.seesAlive(2)
            try await node.sendReliably([1, 2, 3], to: "b")
            let sent = try #require(spans(tracer, "send").first)
            #expect(text(sent, "peer") == "b" && number(sent, "bytes") == 3)
            #expect(text(sent, "outcome") == "sent" && sent.status == nil)
            await other.shutdown()
            await #expect(throws: MemberlistError.self) { try await node.sendReliably([1], to: "b") }
            let failed = try #require(spans(tracer, "send").last)
            #expect(failed.status?.code == .error && text(failed, "outcome") != "sent")
        }
    }

    @Test func aReliableSendToAnAddressNamesIt() async throws {
        try await traced { tracer, node, other in
            try await node.sendReliably([1, 2], to: other.localMember.endpoint)
            let sent = try #require(spans(tracer, "send").first)
            #expect(text(sent, "peer") == other.address && number(sent, "bytes") == 2)
            #expect(text(sent, "outcome") == "sent")
        }
    }

    @Test func aLeaveSaysWhetherItWasHeard() async throws {
        // A leave waits for answers as long as a probe does, and the tests beside may have taken every core.
        let patience: @Sendable (inout MemberlistConfiguration) -> Void = {
            ($0.probe.interval, $0.probe.timeout) = (.seconds(20), .seconds(15))
        }
        try await traced(patience) { tracer, node, other in
            #expect(await node.join([other.address]).allSatisfy(\.succeeded))
            try await node.seesAlive(2)
            #expect(try await node.leave(timeout: .seconds(20)).wasHeard)
            let left = try #require(spans(tracer, "leave").first)
            #expect(text(left, "outcome") == "heard" && number(left, "members") == 2)
            #expect(number(left, "told") == 1)
            #expect(number(left, "heard") == 1)
        }
    }

    @Test func exchangesOfItsOwnStandForThemselves() async throws {
        try await traced({ $0.gossip.pushPullInterval = .milliseconds(200) }) { tracer, node, other in
            #expect(await node.join([other.address]).allSatisfy(\.succeeded))
            try await poll("an exchange of its own", within: .seconds(60)) {
                spans(tracer, "push_pull").contains { text($0, "joining") == "false" }
            }
            let exchange = try #require(
                spans(tracer, "push_pull").first { text($0, "joining") == "false" }
            )
            #expect(exchange.parentSpanID == nil)
        }
    }
}
