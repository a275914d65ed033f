internal import MemberlistCore
internal import MemberlistWire
internal import NIOCore

/// What the application is asked for ahead of time, so that no datagram waits for it.
extension ProtocolDriver {
    /// Begins to ask for what the delegate offers, each at its own interval.
    func startAsking() {
        guard let delegate = hooks.delegate else { return }
        if delegate.offersBroadcasts, shared.configuration.gossip.interval > .zero {
            askRepeatedly(every: shared.configuration.gossip.interval) { $0.askForBroadcasts() }
        }
        if delegate.offersPingPayload {
            askRepeatedly(every: shared.configuration.probe.interval) { $0.askForPingPayload() }
        }
    }

    private func askRepeatedly(
        every interval: Duration,
        _ ask: @escaping @Sendable (ProtocolDriver) -> Void
    ) {
        let delay = TimeAmount.nanoseconds(max(1_000_000, interval.wholeNanoseconds))
        let asking = handle.loop.scheduleRepeatedTask(initialDelay: .zero, delay: delay) { [handle] _ in
            if let driver = handle.driver { ask(driver) }
        }
        repeated.append(asking)
    }

    /// While some wait there is no need for more, and an answer that is awaited is enough.
    private func askForBroadcasts() {
        guard let delegate = hooks.delegate, !isAskingForBroadcasts, waitingBroadcasts.user == 0 else {
            return
        }
        isAskingForBroadcasts = true
        let limit = shared.messageLimit
        Task { [handle] in
            let payloads = await delegate.broadcasts(limit: limit)
            handle.submit { $0.queue(payloads) }
        }
    }

    private func queue(_ payloads: [[UInt8]]) {
        isAskingForBroadcasts = false
        for payload in payloads where !payload.isEmpty {
            do {
                _ = try broadcast(Broadcast(payload))
            } catch {
                shared.log.warning(
                    .hooks,
                    "a broadcast that the delegate gave was not queued",
                    ["error": "\(error)", "bytes": "\(payload.count)"]
                )
            }
        }
    }

    private func askForPingPayload() {
        guard let delegate = hooks.delegate, !isAskingForPingPayload else { return }
        isAskingForPingPayload = true
        let limit = shared.pingPayloadLimit
        Task { [handle] in
            let payload = await delegate.pingPayload(limit: limit)
            handle.submit { $0.takePingPayload(payload) }
        }
    }

    private func takePingPayload(_ payload: [UInt8]) {
        isAskingForPingPayload = false
        guard payload.count <= shared.pingPayloadLimit else {
            shared.log.warning(
                .hooks,
                "the delegate's ping payload is too large; the last one stays",
                ["bytes": "\(payload.count)", "limit": "\(shared.pingPayloadLimit)"]
            )
            return
        }
        perform(.ackPayloadChanged(payload))
    }
}
