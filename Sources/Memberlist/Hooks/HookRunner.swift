internal import MemberlistCore
internal import MemberlistWire
internal import Synchronization

/// Runs the application's hooks in a task of the node's, one at a time and in order, never on the event loop.
final class HookRunner: Sendable {
    private enum Work: Sendable {
        case message([UInt8], Endpoint)
        case state([UInt8], joining: Bool)
        case conflict(Member, Member)
        case tableFull(Member, refused: Int)
        case broadcastEnd([UInt8], BroadcastEnd)

        var bytes: Int {
            switch self {
            case .message(let payload, _): payload.count
            case .state(let state, _): state.count
            case .conflict, .tableFull: 0
            case .broadcastEnd(let payload, _): payload.count
            }
        }
    }

    let delegate: (any MemberlistDelegate)?
    private let log: NodeLog
    private let queue: AsyncStream<Work>.Continuation
    private let bytes = BytesWaiting()
    private let task: Task<Void, Never>

    private final class BytesWaiting: Sendable {
        let count = Atomic<Int>(0)
    }

    /// - Parameter depth: How many calls wait at most.
    init(delegate: (any MemberlistDelegate)?, depth: Int, log: NodeLog) {
        self.delegate = delegate
        self.log = log
        let (stream, continuation) = AsyncStream.makeStream(
            of: Work.self,
            bufferingPolicy: .bufferingOldest(depth)
        )
        queue = continuation
        guard let delegate else {
            task = Task {}
            return
        }
        task = Task { [bytes] in
            for await work in stream {
                bytes.count.subtract(work.bytes, ordering: .relaxed)
                await Self.run(work, delegate)
            }
        }
    }

    /// Does not wait for a hook that runs, because that hook may be the caller.
    func stop() {
        queue.finish()
        task.cancel()
    }

    func messageReceived(_ payload: [UInt8], from sender: Endpoint) { enqueue(.message(payload, sender)) }

    func mergeRemoteState(_ state: [UInt8], joining: Bool) { enqueue(.state(state, joining: joining)) }

    func conflict(existing: Member, claimed: Member) { enqueue(.conflict(existing, claimed)) }

    func tableFull(_ member: Member, refused: Int) { enqueue(.tableFull(member, refused: refused)) }

    func broadcastEnded(_ payload: [UInt8], _ end: BroadcastEnd) { enqueue(.broadcastEnd(payload, end)) }

    private func enqueue(_ work: Work) {
        guard delegate != nil else { return }
        let size = work.bytes
        guard bytes.count.load(ordering: .relaxed) + size <= Limits.waitingBytes else { return drop() }
        bytes.count.add(size, ordering: .relaxed)
        if case .enqueued = queue.yield(work) { return }
        bytes.count.subtract(size, ordering: .relaxed)
        drop()
    }

    private func drop() {
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
        }
    }
}
