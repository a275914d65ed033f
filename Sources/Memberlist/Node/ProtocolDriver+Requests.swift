internal import MemberlistCore
internal import MemberlistWire
internal import Metrics
internal import NIOCore

/// A broadcast that waits in the core's queue.
struct QueuedBroadcast {
    /// Kept for the delegate; empty where there is none.
    let payload: [UInt8]
    let queued: Instant
    let end: EventLoopPromise<BroadcastEnd>
}

/// The application's calls.
extension ProtocolDriver {
    func ping(_ name: NodeName, at endpoint: Endpoint, promise: EventLoopPromise<Duration>) {
        let id = RequestID(nextNumber())
        pings[id] = promise
        promise.futureResult.whenComplete { [handle] _ in handle.driver?.pings[id] = nil }
        perform(.pingRequested(id, name: name, endpoint))
    }

    func finishPing(_ id: RequestID, _ roundTrip: Int64?) {
        guard let promise = pings.removeValue(forKey: id) else { return }
        if let roundTrip {
            promise.succeed(.nanoseconds(roundTrip))
        } else {
            promise.fail(MemberlistError.timedOut)
        }
    }

    func broadcast(_ broadcast: Broadcast) throws(MemberlistError) -> BroadcastTicket {
        let id = RequestID(nextNumber())
        let end = handle.loop.makePromise(of: BroadcastEnd.self)
        refusedBroadcast = nil
        broadcasts[id] = QueuedBroadcast(
            payload: hooks.delegate == nil ? [] : broadcast.payload,
            queued: .now,
            end: end
        )
        perform(
            .broadcastRequested(
                id,
                broadcast.payload,
                name: broadcast.name,
                invalidates: Array(broadcast.invalidates)
            )
        )
        // A refusal is the core's answer to the request itself, so it has been executed by now.
        if let (refused, error) = refusedBroadcast, refused == id { throw error }
        return BroadcastTicket(id: id, end: end.futureResult, handle: handle)
    }

    func finishBroadcast(_ id: RequestID, _ outcome: BroadcastOutcome) {
        guard let broadcast = broadcasts.removeValue(forKey: id) else { return }
        let end: BroadcastEnd
        switch outcome {
        case .tooLarge:
            let limit = shared.messageLimit
            return refuse(id, broadcast, .messageTooLarge(size: broadcast.payload.count, limit: limit))
        case .queueFull: return refuse(id, broadcast, .queueFull)
        case .transmitted:
            end = .transmitted
            shared.metrics.broadcastTime.recordNanoseconds(Instant.now.nanoseconds(since: broadcast.queued))
        case .replaced: end = .replaced
        case .dropped: end = .dropped
        case .cancelled: end = .cancelled
        }
        broadcast.end.succeed(end)
        hooks.broadcastEnded(broadcast.payload, end)
    }

    private func refuse(_ id: RequestID, _ broadcast: QueuedBroadcast, _ error: MemberlistError) {
        refusedBroadcast = (id, error)
        shared.metrics.broadcastsRefused[error == .queueFull ? .queueFull : .tooLarge].increment()
        broadcast.end.succeed(.cancelled)
    }

    func leave(promise: EventLoopPromise<LeaveOutcome>) {
        leaves.append(promise)
        perform(.leaveRequested)
    }

    func finishLeave(_ outcome: LeaveOutcome) {
        let waiting = leaves
        leaves = []
        for promise in waiting { promise.succeed(outcome) }
    }
}
