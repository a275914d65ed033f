internal import MemberlistCore
internal import MemberlistWire
internal import NIOCore
internal import ServiceLifecycle
internal import Synchronization

/// A node that is up: the public calls, from the caller's side of the loop.
final class RunningNode: Sendable {
    let shared: NodeShared
    let handle: DriverHandle
    let snapshot: NodeSnapshot
    let bound: Endpoint
    let messageLimit: Int
    let seeking: Seeking
    private let hooks: HookRunner
    private let server: any Channel
    private let datagrams: any Channel
    private let dialer: StreamDialer
    private let isStopping = Mutex(false)
    private let stopped: EventLoopPromise<Void>
    private let endAsked: EventLoopPromise<Void>
    private let housekeeping: RepeatedTask

    private static let housekeepingInterval = TimeAmount.seconds(60)

    init(
        shared: NodeShared,
        handle: DriverHandle,
        hooks: HookRunner,
        snapshot: NodeSnapshot,
        bound: Endpoint,
        server: any Channel,
        datagrams: any Channel,
        dialer: StreamDialer
    ) {
        self.shared = shared
        self.handle = handle
        self.hooks = hooks
        self.snapshot = snapshot
        self.bound = bound
        self.server = server
        self.datagrams = datagrams
        self.dialer = dialer
        messageLimit = shared.messageLimit
        seeking = Seeking(interval: shared.configuration.discovery.interval)
        stopped = handle.loop.makePromise()
        endAsked = handle.loop.makePromise()
        housekeeping = handle.loop.scheduleRepeatedTask(
            initialDelay: Self.housekeepingInterval,
            delay: Self.housekeepingInterval
        ) { [handle] _ in handle.driver?.checkKeys() }
    }

    var configuration: MemberlistConfiguration { shared.configuration }
    var events: EventHub { shared.events }

    // MARK: Messages

    func updateMeta(_ meta: [UInt8]) async throws {
        guard meta.count <= configuration.metaLimit else {
            throw MemberlistError.metaTooLong(size: meta.count, limit: configuration.metaLimit)
        }
        try await handle.ask { $0.perform(.metaChanged(meta)) }
    }

    func send(_ payload: [UInt8], to name: NodeName) async throws {
        try check(payload, limit: messageLimit)
        _ = try live(name)
        try await handle.ask { $0.perform(.messageRequested(payload, to: name)) }
    }

    func sendReliably(_ payload: [UInt8], to name: NodeName, timeout: Duration?) async throws {
        try check(payload, limit: shared.layers.streamSealer.userMessageLimit)
        let endpoint = try live(name).endpoint
        let deadline = NIODeadline.after(timeout ?? configuration.streams.timeout)
        let stream = try await handle.ask {
            $0.dialer.dial(.user(payload), to: endpoint, $0.receiver(name), awaiting: .close, until: deadline)
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

    func broadcast(_ payload: [UInt8], name: NodeName?) async throws {
        try check(payload, limit: messageLimit)
        try await handle.ask { try $0.broadcast(payload, name: name) }
    }

    func ping(_ name: NodeName, timeout: Duration?) async throws -> Duration {
        let endpoint = try live(name).endpoint
        let deadline = NIODeadline.after(timeout ?? configuration.probe.timeout)
        return try await handle.wait(until: deadline) { driver, promise in
            driver.ping(name, at: endpoint, promise: promise)
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

    // MARK: Life

    func leave(timeout: Duration?) async throws -> Bool {
        seeking.hasLeft = true
        do {
            let deadline = NIODeadline.after(timeout ?? configuration.leaveTimeout)
            return try await handle.wait(until: deadline) { driver, promise in driver.leave(promise: promise)
            }
        } catch MemberlistError.timedOut {
            return false
        }
    }

    /// Until somebody wants the node to end, or it has ended.
    func waitForEnd() async {
        await withTaskCancellationOrGracefulShutdownHandler {
            try? await endAsked.futureResult.get()
        } onCancelOrGracefulShutdown: { [endAsked] in
            endAsked.succeed()
        }
    }

    func shutdown() async {
        let isFirst = isStopping.withLock { isStopping in
            defer { isStopping = true }
            return !isStopping
        }
        if isFirst {
            // A task of its own: a cancelled caller must not leave half of it undone.
            Task { await tearDown() }
        }
        try? await stopped.futureResult.get()
    }

    private func tearDown() async {
        await withCheckedContinuation { continuation in
            closeEverything().whenComplete { _ in continuation.resume() }
        }
        finish()
        shared.log.info(.lifecycle, "node is down")
        stopped.succeed()
    }

    private func closeEverything() -> EventLoopFuture<Void> {
        housekeeping.cancel()
        seeking.stop()
        shared.resolver.close()
        let driver = handle.loop.submit { [handle] in
            handle.driver?.stop()
            handle.driver = nil
        }
        let streams = dialer.loop.flatSubmit { [dialer] in dialer.room.value.close(on: dialer.loop) }
        return .andAllComplete([driver, server.close(), datagrams.close(), streams], on: handle.loop)
    }

    private func finish() {
        hooks.stop()
        shared.events.finish()
        endAsked.succeed()
    }
}
