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
    let transport: any NodeTransport
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
        transport: any NodeTransport,
        dialer: StreamDialer
    ) {
        self.shared = shared
        self.handle = handle
        self.hooks = hooks
        self.snapshot = snapshot
        self.bound = bound
        self.transport = transport
        self.dialer = dialer
        messageLimit = shared.messageLimit
        seeking = Seeking(shared.configuration)
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

    // MARK: Life

    func leave(timeout: Duration?) async throws -> LeaveOutcome {
        seeking.hasLeft = true
        do {
            let deadline = NIODeadline.after(timeout ?? configuration.leaveTimeout)
            return try await handle.wait(until: deadline) { driver, promise in driver.leave(promise: promise)
            }
        } catch MemberlistError.timedOut {
            return try await handle.ask { LeaveOutcome(told: $0.farewellCount, isComplete: false) }
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
        await closeEverything()
        finish()
        shared.log.info(.lifecycle, "node is down")
        stopped.succeed()
    }

    private func closeEverything() async {
        housekeeping.cancel()
        seeking.stop()
        shared.resolver.close()
        let driver = handle.loop.submit { [handle] in
            handle.driver?.stop()
            handle.driver = nil
        }
        let streams = dialer.loop.flatSubmit { [dialer] in dialer.room.value.close() }
        await transport.close()
        try? await driver.get()
        try? await streams.get()
    }

    private func finish() {
        hooks.stop()
        shared.events.finish()
        endAsked.succeed()
    }
}
