import Synchronization

/// How far a long run is: one line on standard error that is written over, for people alone. Nothing is shown in the
/// first second, nor where standard error is not a terminal.
final class ProgressBar: Sendable {
    private struct State {
        var isShown = false
        var next: ContinuousClock.Instant
    }

    private static let patience: Duration = .seconds(1)
    private static let pause: Duration = .milliseconds(100)
    private static let width = 40

    private let isWanted: Bool
    private let state: Mutex<State>

    init(isWanted: Bool) {
        self.isWanted = isWanted && StandardStream.error.isTerminal
        state = Mutex(State(next: .now + Self.patience))
    }

    /// Shows which share is done, 0 to 1.
    func show(_ share: Double) {
        guard isWanted else { return }
        let now = ContinuousClock.now
        state.withLock { state in
            guard now >= state.next else { return }
            state.next = now + Self.pause
            state.isShown = true
            try? StandardStream.error.write("\r" + Self.text(share))
        }
    }

    /// Takes the line away again.
    func end() {
        state.withLock { state in
            guard state.isShown else { return }
            state.isShown = false
            try? StandardStream.error.write("\r\u{1B}[K")
        }
    }

    static func text(_ share: Double) -> String {
        let percent = Int((min(max(share, 0), 1) * 100).rounded(.down))
        let full = percent * width / 100
        let bar = String(repeating: "#", count: full) + String(repeating: ".", count: width - full)
        return "[\(bar)] \(percent)%"
    }
}
