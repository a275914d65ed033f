internal import MemberlistCore
internal import NIOCore

/// A broadcast that was queued: tells how it ended, and takes it back.
public struct BroadcastTicket: Sendable {
    private let id: RequestID
    private let end: EventLoopFuture<BroadcastEnd>
    private let handle: DriverHandle

    init(id: RequestID, end: EventLoopFuture<BroadcastEnd>, handle: DriverHandle) {
        self.id = id
        self.end = end
        self.handle = handle
    }

    /// How it ended, once it has. In a cluster of one it waits until somebody is there to be told.
    ///
    /// - Throws: `CancellationError` where the waiting task is cancelled; the broadcast goes on.
    public var outcome: BroadcastEnd {
        get async throws {
            let waiting = end.eventLoop.makePromise(of: BroadcastEnd.self)
            end.cascade(to: waiting)
            return try await withTaskCancellationHandler {
                try await waiting.futureResult.get()
            } onCancel: {
                waiting.fail(CancellationError())
            }
        }
    }

    /// Takes it out of the queue. Members that were told have been told; one that has ended stays as it ended.
    public func cancel() {
        handle.submit { [id] in $0.perform(.broadcastCancelled(id)) }
    }
}
