internal import Metrics
internal import Synchronization

extension NodeMetrics {
    /// A factory, and the labels that its metrics have.
    private struct Origin: Hashable {
        let factory: ObjectIdentifier
        let labels: [String: String]
    }

    private struct Made {
        weak var metrics: NodeMetrics?
    }

    private static let made = Mutex<[Origin: Made]>([:])

    /// Those of the nodes of this process that have just these labels: nothing behind swift-metrics tells their metrics
    /// apart, so that a hundred nodes need not hold a hundred times as many.
    static func shared(
        labels: [String: String],
        factory: any MetricsFactory = MetricsSystem.factory
    ) -> NodeMetrics {
        // One that is no object has no identity. While metrics are held they hold their factory, and so no other one
        // has its.
        guard type(of: factory) is AnyClass else { return NodeMetrics(labels: labels, factory: factory) }
        let origin = Origin(factory: ObjectIdentifier(factory as AnyObject), labels: labels)
        return made.withLock { made in
            if let metrics = made[origin]?.metrics { return metrics }
            made = made.filter { $0.value.metrics != nil }
            let metrics = NodeMetrics(labels: labels, factory: factory)
            made[origin] = Made(metrics: metrics)
            return metrics
        }
    }
}
