internal import MemberlistCore
internal import MemberlistWire
internal import Metrics
internal import NIOCore

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

    func leave(promise: EventLoopPromise<Bool>) {
        leaves.append(promise)
        perform(.leaveRequested)
    }

    func finishLeave(_ heard: Bool) {
        let waiting = leaves
        leaves = []
        for promise in waiting { promise.succeed(heard) }
    }

    func decideAlive(_ id: DecisionID, _ member: Member) {
        decide(id) { delegate in
            await delegate.allowAlive(member)
        } answered: {
            .aliveDecided(id, allowed: $0)
        }
    }

    func decideMerge(_ id: DecisionID, _ members: [Member]) {
        decide(id) { delegate in
            await delegate.allowMerge(members)
        } answered: {
            .mergeDecided(id, allowed: $0)
        }
    }

    private func decide(
        _ id: DecisionID,
        asking: @escaping @Sendable (any MemberlistDelegate) async -> Bool,
        answered: @escaping @Sendable (Bool) -> Input
    ) {
        let timeout = shared.configuration.hookTimeout
        decisions[id] = handle.loop.scheduleTask(deadline: .after(timeout)) { [handle, shared] in
            shared.log.warning(.hooks, "a hook did not decide in time; taken as a no")
            handle.driver?.decided(id, answered(false))
        }
        guard let delegate = hooks.delegate else { return decided(id, answered(true)) }
        Task { [handle] in
            let allowed = await asking(delegate)
            handle.submit { $0.decided(id, answered(allowed)) }
        }
    }

    private func decided(_ id: DecisionID, _ input: Input) {
        guard let deadline = decisions.removeValue(forKey: id) else { return }
        deadline.cancel()
        perform(input)
    }

    /// Publishes how far the primary key is used up.
    func checkKeyWear() {
        guard let keyring = shared.layers.sealing else { return }
        let (seals, warns) = keyWear.check(keyring, members: snapshot.count)
        shared.metrics.keySeals.record(Double(seals))
        guard warns else { return }
        shared.log.warning(
            .keys,
            "the primary key has sealed about half of what it bears; rotate it",
            ["seals": "\(seals)"]
        )
        shared.events.send(.keyWorn(seals: seals))
    }
}
