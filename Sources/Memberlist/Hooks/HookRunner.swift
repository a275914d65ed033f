internal import MemberlistCore
internal import MemberlistWire
internal import Metrics
internal import Synchronization

/// Runs the application's hooks in a task of the node's, one at a time and in order, never on the event loop.
final class HookRunner: Sendable {
    private enum Work: Sendable {
        case message([UInt8], Endpoint)
        case state([UInt8], joining: Bool)
        case conflict(Member, Member)
        case tableFull(Member, refused: Int)
        case broadcastEnd([UInt8], BroadcastEnd)
        case ping(Member, Duration, [UInt8])

        var bytes: Int {
            switch self {
            case .message(let payload, _): payload.count
            case .state(let state, _): state.count
            case .conflict, .tableFull: 0
            case .broadcastEnd(let payload, _): payload.count
            case .ping(_, _, let payload): payload.count
            }
        }
    }

    let delegate: (any MemberlistDelegate)?
    private let log: NodeLog
    private let metrics: NodeMetrics
    private let queue: AsyncStream<Work>.Continuation
    private let waiting = Waiting()
    /// None where there is no delegate: nothing is to run then.
    private let task: Task<Void, Never>?

    private final class Waiting: Sendable {
        let bytes = Atomic<Int>(0)
        let items = Atomic<Int>(0)
        /// Whether a hook runs.
        let isBusy = Atomic<Bool>(false)
    }

    /// - Parameter depth: How many calls wait at most.
    init(delegate: (any MemberlistDelegate)?, depth: Int, log: NodeLog, metrics: NodeMetrics) {
        self.delegate = delegate
        self.log = log
        self.metrics = metrics
        let (stream, continuation) = AsyncStream.makeStream(
            of: Work.self,
            bufferingPolicy: .bufferingOldest(depth)
        )
        queue = continuation
        guard let delegate else {
            task = nil
            return
        }
        task = Task { [waiting] in
            for await work in stream {
                waiting.isBusy.store(true, ordering: .relaxed)
                waiting.bytes.subtract(work.bytes, ordering: .relaxed)
                waiting.items.subtract(1, ordering: .relaxed)
                await Self.run(work, delegate)
                waiting.isBusy.store(false, ordering: .relaxed)
            }
        }
    }

    /// Things that the hooks are to be told of.
    var count: Int { waiting.items.load(ordering: .relaxed) }

    /// Does not wait for a hook that runs, because that hook may be the caller.
    func stop() {
        queue.finish()
        task?.cancel()
    }

    func messageReceived(_ payload: [UInt8], from sender: Endpoint) { enqueue(.message(payload, sender)) }

    func mergeRemoteState(_ state: [UInt8], joining: Bool) { enqueue(.state(state, joining: joining)) }

    func conflict(existing: Member, claimed: Member) { enqueue(.conflict(existing, claimed)) }

    func tableFull(_ member: Member, refused: Int) { enqueue(.tableFull(member, refused: refused)) }

    func broadcastEnded(_ payload: [UInt8], _ end: BroadcastEnd) { enqueue(.broadcastEnd(payload, end)) }

    /// Only while nothing else waits: the next round trip is as good, and a message must not give way to one.
    func pingCompleted(_ member: Member, roundTrip: Duration, payload: [UInt8]) {
        guard count == 0, !waiting.isBusy.load(ordering: .relaxed) else { return }
        enqueue(.ping(member, roundTrip, payload))
    }

    /// The delegate's answer; nil where there is no delegate, or it takes longer than that. A hook that never
    /// answers holds up nobody.
    func answer<Answer: Sendable>(
        within limit: Duration,
        _ ask: @escaping @Sendable (any MemberlistDelegate) async -> Answer
    ) async -> Answer? {
        guard let delegate else { return nil }
        let (answers, continuation) = AsyncStream.makeStream(of: Answer.self)
        Task {
            continuation.yield(await ask(delegate))
            continuation.finish()
        }
        let deadline = Task {
            try? await Task.sleep(for: limit)
            continuation.finish()
        }
        defer { deadline.cancel() }
        for await answer in answers { return answer }
        isLate("a hook did not answer in time")
        return nil
    }

    /// A hook had its time and said nothing.
    func isLate(_ consequence: String) {
        metrics.hooksLate.increment()
        log.warning(.hooks, consequence)
    }

    private func enqueue(_ work: Work) {
        guard delegate != nil else { return }
        let size = work.bytes
        guard waiting.bytes.load(ordering: .relaxed) + size <= Limits.waitingBytes else { return drop() }
        waiting.bytes.add(size, ordering: .relaxed)
        waiting.items.add(1, ordering: .relaxed)
        if case .enqueued = queue.yield(work) { return }
        waiting.bytes.subtract(size, ordering: .relaxed)
        waiting.items.subtract(1, ordering: .relaxed)
        drop()
    }

    private func drop() {
        metrics.queueDropped[.hooks].increment()
        log.warning(.hooks, "the delegate is too slow; something for it was dropped")
    }

    private static func run(_ work: Work, _ delegate: any MemberlistDelegate) async {
        switch work {
        case .message(let payload, let sender): await delegate.messageReceived(payload, from: sender)
        case .state(let state, let joining): await delegate.mergeRemoteState(state, joining: joining)
        case .conflict(let existing, let claimed):
            await delegate.conflict(existing: existing, claimed: claimed)
        case .tableFull(let member, let refused): await delegate.tableFull(member, refused: refused)
        case .broadcastEnd(let payload, let end): await delegate.broadcastEnded(payload, end)
        case .ping(let member, let roundTrip, let payload):
            await delegate.pingCompleted(member, roundTrip: roundTrip, payload: payload)
        }
    }
}
