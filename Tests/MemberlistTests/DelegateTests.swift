import Memberlist
import Synchronization
import Testing

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

    func allowAlive(_ member: Member) async -> Bool {
        _ = node.withLock { $0 }?.members
        return true
    }

    func allowMerge(_ members: [Member]) async -> Bool { !refusesMerges }
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
        let first = try await Memberlist.create(local("a"), delegate: other)
        let second = try await Memberlist.create(local("b"), delegate: delegate)
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
            #expect(await first.join([nodes[0].address]).map(\.outcome) == [.failure(.refused)])
        }
        await first.shutdown()
    }
}
