import Synchronization

/// Whether the agent is to be in the cluster: after a `leave` command nothing joins again by itself.
final class Presence: Sendable {
    private let left = Mutex(false)

    var hasLeft: Bool {
        get { left.withLock { $0 } }
        set { left.withLock { $0 = newValue } }
    }
}
