internal import MemberlistCore
internal import MemberlistWire
internal import NIOCore
internal import ServiceLifecycle
internal import Synchronization
internal import Tracing

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
    private let housekeeping: [RepeatedTask]

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
        let interval = shared.configuration.metrics.queueCheckInterval
        var tasks = [
            Self.every(Self.housekeepingInterval, on: handle) { driver in
                driver.checkKeys()
                driver.reportPermissive()
            }
        ]
        if interval > .zero {
            tasks.append(Self.every(.nanoseconds(interval.wholeNanoseconds), on: handle) { $0.checkQueues() })
        }
        housekeeping = tasks
    }

    private static func every(
        _ interval: TimeAmount,
        on handle: DriverHandle,
        _ work: @escaping @Sendable (ProtocolDriver) -> Void
    ) -> RepeatedTask {
        handle.loop.scheduleRepeatedTask(initialDelay: interval, delay: interval) { [handle] _ in
            if let driver = handle.driver { work(driver) }
        }
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

    /// Asks the delegate for it.
    func updateMeta() async throws {
        let limit = configuration.metaLimit
        guard hooks.delegate != nil else { return }
        guard
            let meta = await hooks.answer(
                within: configuration.hookTimeout,
                { await $0.metadata(limit: limit) }
            )
        else { throw MemberlistError.timedOut }
        if let meta { try await updateMeta(meta) }
    }

    // MARK: Life

    func leave(timeout: Duration?) async throws -> LeaveOutcome {
        seeking.hasLeft = true
        let span = shared.tracing.start(NodeTracing.Name.leave, of: configuration.name, in: .current)
        span.set(NodeTracing.Name.members, snapshot.count)
        do {
            let outcome = try await sayFarewell(timeout: timeout)
            span.set(NodeTracing.Name.told, outcome.told)
            span.set(NodeTracing.Name.heard, outcome.heard)
            span.end(outcome.wasHeard ? "heard" : "unheard", failed: !outcome.wasHeard)
            return outcome
        } catch {
            span.end("\(error)", failed: true)
            throw error
        }
    }

    private func sayFarewell(timeout: Duration?) async throws -> LeaveOutcome {
        do {
            let deadline = NIODeadline.after(timeout ?? configuration.leaveTimeout)
            // Too little time to hear an answer is time enough to say farewell.
            return try await handle.wait(until: deadline, always: true) { driver, promise in
                driver.leave(promise: promise)
            }
        } catch MemberlistError.timedOut {
            return try await handle.ask { driver in
                let (told, heard) = driver.farewellCounts
                return LeaveOutcome(told: told, heard: heard, isComplete: false)
            }
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
        for task in housekeeping { task.cancel() }
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
