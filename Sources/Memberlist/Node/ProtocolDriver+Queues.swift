internal import Metrics

extension ProtocolDriver {
    /// How much waits, looked at now and then as HashiCorp does.
    func checkQueues() {
        let waiting = waitingBroadcasts
        shared.metrics.queuedBroadcasts.record(waiting.membership)
        shared.metrics.queueDepth[.membership].record(waiting.membership)
        shared.metrics.queueDepth[.application].record(waiting.user)
        shared.metrics.queueDepth[.hooks].record(hooks.count)
    }
}
