import Synchronization

/// Lines as they arrive, and those who wait for one.
final class LineLog: Sendable {
    private struct Waiter {
        let isMet: @Sendable ([String]) -> Bool
        let continuation: CheckedContinuation<Bool, Never>
    }

    private struct State {
        var lines: [String] = []
        var partial: [UInt8] = []
        var waiters: [Int: Waiter] = [:]
        var lastWaiter = 0
        var isClosed = false
    }

    private let state = Mutex(State())

    var lines: [String] { state.withLock { $0.lines } }

    func append(_ bytes: some Sequence<UInt8>) {
        let met = state.withLock { state in
            state.partial.append(contentsOf: bytes)
            while let end = state.partial.firstIndex(of: UInt8(ascii: "\n")) {
                state.lines.append(String(decoding: state.partial[..<end], as: UTF8.self))
                state.partial.removeSubrange(...end)
            }
            return Self.takeMet(&state)
        }
        for waiter in met { waiter.continuation.resume(returning: true) }
    }

    /// No more lines will come.
    func close() {
        let (met, unmet) = state.withLock { state in
            state.isClosed = true
            let met = Self.takeMet(&state)
            let unmet = Array(state.waiters.values)
            state.waiters = [:]
            return (met, unmet)
        }
        for waiter in met { waiter.continuation.resume(returning: true) }
        for waiter in unmet { waiter.continuation.resume(returning: false) }
    }

    /// Waits until the lines meet a condition; false where time or the lines ended before.
    func wait(within limit: Duration, until isMet: @escaping @Sendable ([String]) -> Bool) async -> Bool {
        let id = state.withLock { state in
            state.lastWaiter += 1
            return state.lastWaiter
        }
        let deadline = Task { [self] in
            try? await Task.sleep(for: limit)
            let late = state.withLock { $0.waiters.removeValue(forKey: id) }
            late?.continuation.resume(returning: false)
        }
        defer { deadline.cancel() }
        return await withCheckedContinuation { continuation in
            let answer: Bool? = state.withLock { state in
                if isMet(state.lines) { return true }
                if state.isClosed { return false }
                state.waiters[id] = Waiter(isMet: isMet, continuation: continuation)
                return nil
            }
            if let answer { continuation.resume(returning: answer) }
        }
    }

    /// Waits until no more lines can come.
    func waitForEnd(within limit: Duration) async {
        _ = await wait(within: limit) { _ in false }
    }

    private static func takeMet(_ state: inout State) -> [Waiter] {
        let ids = state.waiters.filter { $0.value.isMet(state.lines) }.map(\.key)
        return ids.compactMap { state.waiters.removeValue(forKey: $0) }
    }
}
