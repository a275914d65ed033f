internal import NIOCore

/// The way to the protocol from other threads. Once the node has stopped it leads nowhere, and what is
/// submitted is dropped.
final class DriverHandle: Sendable {
    let loop: any EventLoop
    private let box: NIOLoopBoundBox<ProtocolDriver?>

    init(loop: any EventLoop) {
        self.loop = loop
        box = .makeEmptyBox(valueType: ProtocolDriver.self, eventLoop: loop)
    }

    /// Nil before the start and after the end. On the loop alone.
    var driver: ProtocolDriver? {
        get { box.value }
        set { box.value = newValue }
    }

    func submit(_ work: @escaping @Sendable (ProtocolDriver) -> Void) {
        loop.execute {
            if let driver = self.driver { work(driver) }
        }
    }

    /// Runs work on the loop and waits for its result.
    ///
    /// - Throws: ``MemberlistError/shutDown``, or what the work throws.
    func ask<Answer: Sendable>(
        _ work: @escaping @Sendable (ProtocolDriver) throws -> Answer
    ) async throws -> Answer {
        try await loop.submit {
            guard let driver = self.driver else { throw MemberlistError.shutDown }
            return try work(driver)
        }.get()
    }

    /// Starts something on the loop and waits until it fulfils the promise, the deadline passes or the task is
    /// cancelled.
    ///
    /// - Parameter always: Whether it is started even where the wait was over before.
    func wait<Answer: Sendable>(
        until deadline: NIODeadline,
        timeout: any Error = MemberlistError.timedOut,
        always: Bool = false,
        _ start: @escaping @Sendable (ProtocolDriver, EventLoopPromise<Answer>) -> Void
    ) async throws -> Answer {
        let promise = loop.makePromise(of: Answer.self)
        let timer = loop.scheduleTask(deadline: deadline) { promise.fail(timeout) }
        let isOver = NIOLoopBoundBox.makeBoxSendingValue(false, eventLoop: loop)
        promise.futureResult.whenComplete { _ in
            timer.cancel()
            isOver.value = true
        }
        return try await withTaskCancellationHandler {
            loop.execute {
                // What is started for a wait that is over, by a task that was cancelled before, nobody would end.
                guard always || !isOver.value else { return }
                guard let driver = self.driver else { return promise.fail(MemberlistError.shutDown) }
                start(driver, promise)
            }
            return try await promise.futureResult.get()
        } onCancel: {
            promise.fail(CancellationError())
        }
    }
}
