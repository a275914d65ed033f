internal import MemberlistWire
internal import Tracing

/// Spans of the few things that take long and may fail: a join, a leave, a state exchange, a reliable send. What
/// happens many times a second has none.
///
/// The tracer is the one of the task that started the node, and for the whole process the bootstrapped one.
struct NodeTracing: Sendable {
    /// A span's name, or an attribute's.
    enum Name {
        static let join = "memberlist.join"
        static let leave = "memberlist.leave"
        static let pushPull = "memberlist.push_pull"
        static let send = "memberlist.send"

        static let node = "memberlist.node"
        static let peer = "memberlist.peer"
        static let members = "memberlist.members"
        static let bytes = "memberlist.bytes"
        static let outcome = "memberlist.outcome"
        static let addresses = "memberlist.addresses"
        static let joined = "memberlist.joined"
        static let told = "memberlist.told"
        static let heard = "memberlist.heard"
        static let joining = "memberlist.joining"
    }

    private let tracer = InstrumentationSystem.tracer

    /// A span that ends with ``TracedWork/end(_:failed:)``.
    ///
    /// - Parameter parent: Of the call that it is a part of; nil: it stands for itself.
    func start(_ name: String, of node: NodeName, in parent: ServiceContext?) -> TracedWork {
        let span = tracer.startAnySpan(name, context: parent ?? .topLevel, ofKind: .client)
        span.attributes[Name.node] = "\(node)"
        return TracedWork(span: span)
    }
}

/// Something that is traced and under way.
struct TracedWork: Sendable {
    private let span: any Span

    init(span: any Span) {
        self.span = span
    }

    /// For what is a part of it.
    var context: ServiceContext { span.context }

    func set(_ attribute: String, _ value: Int) { span.attributes[attribute] = value }
    func set(_ attribute: String, _ value: String) { span.attributes[attribute] = value.printable }

    /// - Parameter outcome: One word or a few; a failure's also becomes the span's status.
    func end(_ outcome: String, failed: Bool = false) {
        set(NodeTracing.Name.outcome, outcome)
        if failed { span.setStatus(SpanStatus(code: .error, message: outcome.printable)) }
        span.end()
    }
}
