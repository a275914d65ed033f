import Metrics
import MetricsTestKit
import ProcessSupport
import Synchronization
import Testing

@testable import Memberlist

/// Uses the node from inside its hooks, as applications do.
private final class Delegate: MemberlistDelegate {
    let node = Mutex<Memberlist?>(nil)
    let seen: AsyncStream<String>
    private let continuation: AsyncStream<String>.Continuation
    let refusesMerges: Bool
    let state: String
    var decidesOnMerge: Bool { refusesMerges }
    var decidesOnAlive: Bool { true }

    init(state: String = "", refusesMerges: Bool = false) {
        self.state = state
        self.refusesMerges = refusesMerges
        (seen, continuation) = AsyncStream.makeStream()
    }

    func messageReceived(_ payload: [UInt8], from: Endpoint) async {
        let members = node.withLock { $0 }?.members.count ?? 0
        continuation.yield("message of \(payload.count) among \(members)")
        if payload.count == 9 { await node.withLock { $0 }?.shutdown() }
    }

    func localState(joining: Bool) async -> [UInt8] { Array(state.utf8) }

    func mergeRemoteState(_ state: [UInt8], joining: Bool) async {
        continuation.yield("state \(String(decoding: state, as: UTF8.self)) \(joining)")
    }

    func broadcastEnded(_ payload: [UInt8], _ end: BroadcastEnd) async {
        continuation.yield("broadcast of \(payload.count) \(end)")
    }

    func allowAlive(_ member: Member) async -> Admission {
        _ = node.withLock { $0 }?.members
        return .allow
    }

    func allowMerge(_ members: [Member]) async -> Admission {
        refusesMerges ? .refuse("not this year") : .allow
    }
}

/// Holds up the first message until it is told to go on.
private final class SlowDelegate: MemberlistDelegate {
    let received = Mutex<[[UInt8]]>([])
    let begun: AsyncStream<Void>
    private let begins: AsyncStream<Void>.Continuation
    private let held: AsyncStream<Void>
    private let holding: AsyncStream<Void>.Continuation

    init() {
        (begun, begins) = AsyncStream.makeStream()
        (held, holding) = AsyncStream.makeStream()
    }

    func goOn() { holding.finish() }

    func messageReceived(_ payload: [UInt8], from: Endpoint) async {
        begins.yield()
        for await _ in held {}
        received.withLock { $0.append(payload) }
    }
}

@Suite(.timeLimit(.minutes(10)))
struct DelegateTests {
    private func next(_ delegate: Delegate, _ wanted: String) async throws {
        try await within {
            for await seen in delegate.seen where seen == wanted { return }
            throw TimedOut()
        }
    }

    @Test func hooksRunAndMayCallTheNode() async throws {
        let delegate = Delegate(state: "b's state")
        let other = Delegate(state: "a's state")
        // The join's exchange alone, so that what it says of itself is not another's word.
        func configuration(_ name: String) -> MemberlistConfiguration {
            local(name) { $0.gossip.pushPullInterval = .zero }
        }
        let first = try await Memberlist.create(configuration("a"), delegate: other)
        let second = try await Memberlist.create(configuration("b"), delegate: delegate)
        delegate.node.withLock { $0 = second }
        #expect(await first.join([second.address]).map(\.outcome) == [.success(1)])
        try await next(delegate, "state a's state true")
        try await next(other, "state b's state true")
        try await second.seesAlive(2)
        try await first.sendReliably([1, 2], to: "b")
        try await next(delegate, "message of 2 among 2")
        // The hook shuts its own node down.
        let events = second.events
        try await first.sendReliably([UInt8](repeating: 0, count: 9), to: "b")
        try await within { for await _ in events {} }
        await second.shutdown()
        await first.shutdown()
    }

    /// What waits for a slow hook is bounded in number; one more is dropped, and the log says so.
    @Test func whatWaitsIsBoundedInNumber() async throws {
        let (delegate, lines, counts) = (SlowDelegate(), LogLines(), TestMetrics())
        let depth = MemberlistConfiguration.lan(name: "a").hookQueue
        let hooks = withMetricsFactory(counts) {
            HookRunner(delegate: delegate, depth: depth, log: NodeLog(lines.logger), metrics: NodeMetrics())
        }
        let from = Endpoint(address: try #require(IPAddress("127.0.0.1")), port: 1)
        hooks.messageReceived([0], from: from)
        // It is being delivered now, and waits no longer.
        for await _ in delegate.begun { break }
        for _ in 1...depth { hooks.messageReceived([1], from: from) }
        #expect(lines.all.isEmpty)
        hooks.messageReceived([2], from: from)
        #expect(lines.having("the delegate is too slow").count == 1)
        hooks.conflict(
            existing: Member(name: "x", endpoint: from),
            claimed: Member(name: "x", endpoint: from)
        )
        #expect(lines.having("the delegate is too slow").count == 2)
        #expect(hooks.count == depth)
        #expect(
            counts.counterTotal(label: "memberlist.queue.dropped", dimensions: [("class", "hooks")]) == 2
        )
        delegate.goOn()
        try await poll("all that waited", within: .seconds(60)) {
            delegate.received.withLock { $0.count } == depth + 1
        }
        #expect(delegate.received.withLock { $0.last } == [1])
        hooks.stop()
    }

    @Test func theEndOfABroadcastIsTold() async throws {
        let delegate = Delegate()
        let first = try await Memberlist.create(local("a"), delegate: delegate)
        try await withNodes([local("b")]) { nodes in
            // Nobody is there to hear, so the first still waits when the second replaces it.
            try await first.broadcast([1], name: "news")
            try await first.broadcast([1, 2], name: "news")
            try await next(delegate, "broadcast of 1 replaced")
            #expect(await first.join([nodes[0].address]).allSatisfy(\.succeeded))
            try await next(delegate, "broadcast of 2 transmitted")
        }
        await first.shutdown()
    }

    @Test func aRefusedMergeIsTold() async throws {
        let delegate = Delegate(refusesMerges: true)
        let first = try await Memberlist.create(local("a"), delegate: delegate)
        try await withNodes([local("b")]) { nodes in
            #expect(
                await first.join([nodes[0].address]).map(\.outcome) == [.failure(.refused("not this year"))]
            )
        }
        await first.shutdown()
    }
}
