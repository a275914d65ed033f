internal import MemberlistCore
internal import MemberlistWire
internal import NIOCore
internal import Tracing

/// Messages, broadcasts and pings, from the caller's side of the loop.
extension RunningNode {
    func send(_ payload: [UInt8], to name: NodeName) async throws {
        try check(payload, limit: messageLimit)
        _ = try live(name)
        try await handle.ask { $0.performWithOthers(.messageRequested(payload, to: name)) }
    }

    func send(_ payload: [UInt8], to endpoint: Endpoint) async throws {
        try check(payload, limit: messageLimit)
        try await handle.ask { $0.performWithOthers(.messageAddressed(payload, to: endpoint)) }
    }

    func sendReliably(_ payload: [UInt8], to name: NodeName, timeout: Duration?) async throws {
        try check(payload, limit: shared.layers.streamSealer.userMessageLimit)
        let endpoint = try live(name).endpoint
        try await sendReliably(payload, to: endpoint, named: name, timeout: timeout) { $0.receiver(name) }
    }

    func sendReliably(_ payload: [UInt8], to endpoint: Endpoint, timeout: Duration?) async throws {
        try check(payload, limit: shared.layers.streamSealer.userMessageLimit)
        try await sendReliably(payload, to: endpoint, named: nil, timeout: timeout) {
            $0.receiver(at: endpoint)
        }
    }

    private func sendReliably(
        _ payload: [UInt8],
        to endpoint: Endpoint,
        named name: NodeName?,
        timeout: Duration?,
        as receiver: @escaping @Sendable (ProtocolDriver) -> Receiver
    ) async throws {
        let span = shared.tracing.start(NodeTracing.Name.send, of: configuration.name, in: .current)
        span.set(NodeTracing.Name.peer, name.map { "\($0)" } ?? "\(endpoint)")
        span.set(NodeTracing.Name.bytes, payload.count)
        do {
            let deadline = NIODeadline.after(timeout ?? configuration.streams.timeout)
            try await sendReliably(payload, to: endpoint, until: deadline, as: receiver)
            span.end("sent")
        } catch {
            span.end("\(error)", failed: true)
            throw error
        }
    }

    private func sendReliably(
        _ payload: [UInt8],
        to endpoint: Endpoint,
        until deadline: NIODeadline,
        as receiver: @escaping @Sendable (ProtocolDriver) -> Receiver
    ) async throws {
        let stream = try await handle.ask {
            $0.dialer.dial(
                .message(.user(payload)),
                to: endpoint,
                receiver($0),
                awaiting: .close,
                until: deadline
            )
        }
        try await withTaskCancellationHandler {
            do {
                _ = try await stream.result.get()
            } catch let failure as StreamFailure {
                throw error(for: failure, size: payload.count)
            }
        } onCancel: {
            stream.cancel()
        }
    }

    private func error(for failure: StreamFailure, size: Int) -> any Error {
        switch failure {
        case .timedOut: MemberlistError.timedOut
        case .cancelled: Task.isCancelled ? CancellationError() : MemberlistError.shutDown
        case .tooLarge:
            MemberlistError.messageTooLarge(size: size, limit: shared.layers.streamSealer.userMessageLimit)
        case .unreachable, .closed, .refused: MemberlistError.unreachable
        }
    }

    func broadcast(_ broadcast: Broadcast) async throws -> BroadcastTicket {
        try check(broadcast.payload, limit: messageLimit)
        return try await handle.ask { try $0.broadcast(broadcast) }
    }

    func pruneBroadcasts(keeping count: Int) async throws {
        try await handle.ask { $0.perform(.broadcastsPruned(retain: count)) }
    }

    func ping(_ name: NodeName, timeout: Duration?) async throws -> Duration {
        try await ping(name, at: live(name).endpoint, timeout: timeout)
    }

    func ping(_ name: NodeName, at endpoint: Endpoint, timeout: Duration?) async throws -> Duration {
        let deadline = NIODeadline.after(timeout ?? configuration.probe.timeout)
        return try await handle.wait(until: deadline) { driver, promise in
            driver.ping(name, at: endpoint, promise: promise)
        }
    }

    func setPingPayload(_ payload: [UInt8]) async throws {
        try check(payload.isEmpty ? [0] : payload, limit: shared.pingPayloadLimit)
        try await handle.ask { $0.perform(.ackPayloadChanged(payload)) }
    }

    /// Woken by each change of a member, at a look each.
    func waitUntil(members count: Int, timeout: Duration?) async throws {
        let changes = events.subscribe(toMembersAlone: true)
        let deadline = timeout.map { NIODeadline.after($0) } ?? .distantFuture
        let timer = timeout.map { _ in handle.loop.scheduleTask(deadline: deadline) { changes.finish() } }
        defer { timer?.cancel() }
        while snapshot.aliveCount < count {
            guard await changes.next() == nil else { continue }
            try Task.checkCancellation()
            throw NIODeadline.now() < deadline ? MemberlistError.shutDown : MemberlistError.timedOut
        }
    }

    private func check(_ payload: [UInt8], limit: Int) throws {
        guard !payload.isEmpty else { throw MemberlistError.messageEmpty }
        guard payload.count <= limit else {
            throw MemberlistError.messageTooLarge(size: payload.count, limit: limit)
        }
    }

    private func live(_ name: NodeName) throws -> Member {
        guard let member = snapshot.member(named: name), [.alive, .suspect].contains(member.state) else {
            throw MemberlistError.unknownMember(name)
        }
        return member
    }
}
