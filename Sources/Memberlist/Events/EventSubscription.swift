internal import DequeModule
internal import MemberlistWire
internal import Synchronization

/// One reader's buffer of events.
final class EventSubscription: Sendable {
    private struct State {
        var buffer = Deque<MemberlistEvent>()
        /// Bytes of what peers sent that it holds.
        var bytes = 0
        /// Events lost since the buffer was full; told before the next one that fits.
        var lost = 0
        var isFinished = false
        var waiting: [UInt64: CheckedContinuation<MemberlistEvent?, Never>] = [:]
        var lastWaiter: UInt64 = 0

        mutating func takeNext() -> MemberlistEvent? {
            if let event = buffer.popFirst() {
                bytes -= event.heldBytes
                return event
            }
            guard lost > 0 else { return nil }
            defer { lost = 0 }
            return .dropped(lost)
        }
    }

    private let state = Mutex(State())
    private let capacity: Int
    /// Whether only what changes the members is wanted.
    private let isOfMembers: Bool
    private let onDrop: @Sendable () -> Void
    private let onEnd: @Sendable () -> Void

    init(
        capacity: Int,
        isOfMembers: Bool = false,
        onDrop: @escaping @Sendable () -> Void = {},
        onEnd: @escaping @Sendable () -> Void = {}
    ) {
        self.capacity = capacity
        self.isOfMembers = isOfMembers
        self.onDrop = onDrop
        self.onEnd = onEnd
    }

    deinit { onEnd() }

    func send(_ event: MemberlistEvent) {
        guard !isOfMembers || event.changesMembers else { return }
        let bytes = event.heldBytes
        let waiter = state.withLock { state -> CheckedContinuation<MemberlistEvent?, Never>? in
            guard !state.isFinished else { return nil }
            if let first = state.waiting.keys.min() { return state.waiting.removeValue(forKey: first) }
            let room = state.lost > 0 ? capacity - 1 : capacity
            // However large it is, one always has room.
            let fits = state.bytes == 0 || state.bytes + bytes <= Limits.waitingBytes
            guard state.buffer.count < room, fits else {
                state.lost += 1
                onDrop()
                return nil
            }
            if state.lost > 0 {
                state.buffer.append(.dropped(state.lost))
                state.lost = 0
            }
            state.buffer.append(event)
            state.bytes += bytes
            return nil
        }
        waiter?.resume(returning: event)
    }

    /// No more events come; those that wait can still be read.
    func finish() {
        let waiters = state.withLock { state in
            state.isFinished = true
            defer { state.waiting = [:] }
            return Array(state.waiting.values)
        }
        for waiter in waiters { waiter.resume(returning: nil) }
    }

    func next() async -> MemberlistEvent? {
        let id = state.withLock { state in
            state.lastWaiter += 1
            return state.lastWaiter
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let ready = state.withLock { state -> MemberlistEvent?? in
                    if let event = state.takeNext() { return event }
                    // Looked at under the lock, so that a cancellation before now is not missed.
                    if state.isFinished || Task.isCancelled { return .some(nil) }
                    state.waiting[id] = continuation
                    return nil
                }
                if let ready { continuation.resume(returning: ready) }
            }
        } onCancel: {
            state.withLock { $0.waiting.removeValue(forKey: id) }?.resume(returning: nil)
        }
    }
}

extension MemberlistEvent {
    fileprivate var changesMembers: Bool {
        switch self {
        case .joined, .updated, .suspected, .recovered, .failed, .left, .reaped: true
        default: false
        }
    }

    /// Bytes that a peer sent and that nobody else holds: those of members stand in the table, but of a cluster that
    /// was refused.
    fileprivate var heldBytes: Int {
        switch self {
        case .message(let payload, _): payload.count
        case .refused(let refusal): refusal.members.reduce(0) { $0 + $1.heldBytes }
        default: 0
        }
    }
}

/// All readers of one node's events.
final class EventHub: Sendable {
    private struct WeakSubscription {
        weak var subscription: EventSubscription?
    }

    private struct State {
        var subscriptions: [UInt64: WeakSubscription] = [:]
        var last: UInt64 = 0
        var isFinished = false
    }

    private let state = Mutex(State())
    private let capacity: Int
    private let onDrop: @Sendable () -> Void

    /// - Parameter onDrop: Called for each event that found a reader's buffer full.
    init(capacity: Int, onDrop: @escaping @Sendable () -> Void = {}) {
        self.capacity = capacity
        self.onDrop = onDrop
    }

    /// - Parameter toMembersAlone: For who reads the members and wants to be woken: one event waits at most.
    func subscribe(toMembersAlone: Bool = false) -> EventSubscription {
        let id = state.withLock { state in
            state.last += 1
            return state.last
        }
        let subscription = EventSubscription(
            capacity: toMembersAlone ? 1 : capacity,
            isOfMembers: toMembersAlone,
            // Who is only woken misses nothing.
            onDrop: toMembersAlone ? { @Sendable in } : onDrop
        ) { [weak self] in
            self?.state.withLock { _ = $0.subscriptions.removeValue(forKey: id) }
        }
        let isFinished = state.withLock { state in
            if !state.isFinished { state.subscriptions[id] = WeakSubscription(subscription: subscription) }
            return state.isFinished
        }
        if isFinished { subscription.finish() }
        return subscription
    }

    func send(_ event: MemberlistEvent) {
        for subscription in current { subscription.send(event) }
    }

    func finish() {
        state.withLock { $0.isFinished = true }
        for subscription in current { subscription.finish() }
    }

    /// A copy: sending under the lock could end the last reference to a subscription, whose end takes it too.
    private var current: [EventSubscription] {
        state.withLock { state in
            state.subscriptions.isEmpty ? [] : state.subscriptions.values.compactMap(\.subscription)
        }
    }
}
