internal import MemberlistCore
internal import MemberlistWire
internal import NIOCore

/// What the core asked. It numbers the two kinds of question apart.
enum Question: Hashable, Sendable {
    case alive(DecisionID)
    case merge(DecisionID)

    func answered(_ allowed: Bool) -> Input {
        switch self {
        case .alive(let id): .aliveDecided(id, allowed: allowed)
        case .merge(let id): .mergeDecided(id, allowed: allowed)
        }
    }
}

/// The application's calls, and its decisions.
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

    func broadcast(_ payload: [UInt8], name: NodeName?) throws(MemberlistError) {
        let id = RequestID(nextNumber())
        refusedBroadcast = nil
        if hooks.delegate != nil { broadcasts[id] = payload }
        perform(.broadcastRequested(id, payload, name: name))
        // A refusal is the core's answer to the request itself, so it has been executed by now.
        guard let (refused, outcome) = refusedBroadcast, refused == id else { return }
        switch outcome {
        case .tooLarge:
            throw .messageTooLarge(size: payload.count, limit: shared.messageLimit)
        case .queueFull: throw .queueFull
        case .transmitted, .replaced: return
        }
    }

    func finishBroadcast(_ id: RequestID, _ outcome: BroadcastOutcome) {
        let payload = broadcasts.removeValue(forKey: id)
        switch outcome {
        case .tooLarge, .queueFull: refusedBroadcast = (id, outcome)
        case .transmitted: if let payload { hooks.broadcastEnded(payload, .transmitted) }
        case .replaced: if let payload { hooks.broadcastEnded(payload, .replaced) }
        }
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

    func decideAlive(_ id: DecisionID, _ member: Member) {
        decide(.alive(id)) { delegate in await delegate.allowAlive(member) }
    }

    func decideMerge(_ id: DecisionID, _ members: [Member]) {
        decide(.merge(id)) { delegate in await delegate.allowMerge(members) }
    }

    private func decide(
        _ question: Question,
        asking: @escaping @Sendable (any MemberlistDelegate) async -> Bool
    ) {
        let timeout = shared.configuration.hookTimeout
        decisions[question] = handle.loop.scheduleTask(deadline: .after(timeout)) { [handle, shared] in
            shared.log.warning(.hooks, "a hook did not decide in time; taken as a no")
            if let driver = handle.driver { driver.decided(question, allowed: false) }
        }
        guard let delegate = hooks.delegate else { return decided(question, allowed: true) }
        Task { [handle] in
            let allowed = await asking(delegate)
            handle.submit { $0.decided(question, allowed: allowed) }
        }
    }

    private func decided(_ question: Question, allowed: Bool) {
        guard let deadline = decisions.removeValue(forKey: question) else { return }
        deadline.cancel()
        perform(question.answered(allowed))
    }
}
