internal import DequeModule
internal import Synchronization

/// One direction of a stream in memory: chunks in order, a writer that waits for a slow reader, and an end.
final class InMemoryPipe: Sendable {
    private struct State {
        /// On their way, and arrived.
        var flying: Deque<[UInt8]> = []
        var arrived: Deque<[UInt8]> = []
        /// Of both.
        var bytes = 0
        var isFinished = false
        var isBroken = false
        var reader: CheckedContinuation<[UInt8]?, any Error>?
        var writer: CheckedContinuation<Void, any Error>?
    }

    private let state = Mutex(State())

    /// Bytes that a writer may be ahead of its reader: a socket's buffers, roughly.
    private static let window = 256 * 1024

    /// The next chunk that has arrived; nil at the end.
    func read() async throws -> [UInt8]? {
        try await wait(in: \.reader)
    }

    /// Sends a chunk off, when there is room; ``arrive()`` must follow, once for each.
    func send(_ chunk: [UInt8]) async throws {
        try await wait(in: \.writer)
        state.withLock { state in
            guard !state.isBroken else { return }
            state.bytes += chunk.count
            state.flying.append(chunk)
        }
    }

    /// Waits in that place, of which there is one, until ``settle(_:)`` lets it go on.
    private func wait<Value: Sendable>(
        in place: any WritableKeyPath<State, CheckedContinuation<Value, any Error>?> & Sendable
    ) async throws -> Value {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                state.withLock { state in
                    guard state[keyPath: place] == nil, !Task.isCancelled else {
                        return continuation.resume(throwing: CancellationError())
                    }
                    state[keyPath: place] = continuation
                    Self.settle(&state)
                }
            }
        } onCancel: {
            state.withLock { state in
                state[keyPath: place]?.resume(throwing: CancellationError())
                state[keyPath: place] = nil
            }
        }
    }

    /// The chunk that was sent off first has arrived.
    func arrive() {
        state.withLock { state in
            guard let chunk = state.flying.popFirst() else { return }
            state.arrived.append(chunk)
            Self.settle(&state)
        }
    }

    /// Says that nothing more is sent.
    func finish() {
        state.withLock { state in
            state.isFinished = true
            Self.settle(&state)
        }
    }

    /// Nothing arrives any more, not even what was sent.
    func breakOff() {
        state.withLock { state in
            state.isBroken = true
            (state.flying, state.arrived, state.bytes) = ([], [], 0)
            Self.settle(&state)
        }
    }

    /// Lets those go on who wait for what there is now.
    private static func settle(_ state: inout State) {
        if let reader = state.reader {
            state.reader = nil
            if state.isBroken {
                reader.resume(throwing: MemberlistError.unreachable)
            } else if let chunk = state.arrived.popFirst() {
                state.bytes -= chunk.count
                reader.resume(returning: chunk)
            } else if state.isFinished, state.flying.isEmpty {
                reader.resume(returning: nil)
            } else {
                state.reader = reader
            }
        }
        if let writer = state.writer {
            state.writer = nil
            if state.isBroken || state.isFinished {
                writer.resume(throwing: MemberlistError.unreachable)
            } else if state.bytes < window {
                writer.resume()
            } else {
                state.writer = writer
            }
        }
    }
}
