internal import Metrics

/// Makes a node's metrics: each name below `memberlist.`, each with the node's own labels.
///
/// All are made when the node starts; where one is counted there is neither a look-up nor an allocation.
struct MetricMaker: Sendable {
    let dimensions: [(String, String)]
    /// Of the task that starts the node; on the event loop there is none to ask.
    let factory: any MetricsFactory

    func counter(_ name: String, _ more: (String, String)...) -> Counter {
        Counter(label: "memberlist.\(name)", dimensions: dimensions + more, factory: factory)
    }

    func gauge(_ name: String, _ more: (String, String)...) -> Gauge {
        Gauge(label: "memberlist.\(name)", dimensions: dimensions + more, factory: factory)
    }

    func timer(_ name: String, _ more: (String, String)...) -> Metrics.Timer {
        Metrics.Timer(label: "memberlist.\(name)", dimensions: dimensions + more, factory: factory)
    }

    /// Samples of which the distribution counts: HashiCorp's `AddSample`.
    func samples(_ name: String, _ more: (String, String)...) -> Recorder {
        Recorder(
            label: "memberlist.\(name)",
            dimensions: dimensions + more,
            aggregate: true,
            factory: factory
        )
    }

    /// One counter for each case, told apart by a label.
    func counters<Case: MetricLabel>(_ name: String, by label: String) -> MetricFamily<Case, Counter> {
        MetricFamily { counter(name, (label, $0.text)) }
    }

    /// One gauge for each case, told apart by a label.
    func gauges<Case: MetricLabel>(_ name: String, by label: String) -> MetricFamily<Case, Gauge> {
        MetricFamily { gauge(name, (label, $0.text)) }
    }

    /// One timer for each case, told apart by a label.
    func timers<Case: MetricLabel>(_ name: String, by label: String) -> MetricFamily<Case, Metrics.Timer> {
        MetricFamily { timer(name, (label, $0.text)) }
    }
}

/// The values of a label, numbered from 0 in the order of their declaration.
protocol MetricLabel: CaseIterable, RawRepresentable<Int>, Sendable {
    /// The value as the metrics have it.
    var text: String { get }
}

extension MetricLabel {
    var text: String { "\(self)" }
}

/// Metrics of one name, one for each value of a label, found by the value's number.
struct MetricFamily<Case: MetricLabel, Metric: Sendable>: Sendable {
    private let all: [Metric]

    init(_ make: (Case) -> Metric) {
        all = Case.allCases.map(make)
    }

    subscript(_ which: Case) -> Metric { all[which.rawValue] }
}
