/// Events since the sequence was taken from ``Memberlist/events``, until the node shuts down.
///
/// Each access of ``Memberlist/events`` is a subscription of its own with a bounded buffer; iterators of one
/// sequence share it. A reader that falls behind harms nobody else: what did not fit its buffer is counted,
/// and told as ``MemberlistEvent/dropped(_:)`` where it is missing.
public struct MemberlistEvents: AsyncSequence, Sendable {
    /// What happens.
    public typealias Element = MemberlistEvent
    /// It does not fail: it ends.
    public typealias Failure = Never

    private let subscription: EventSubscription

    init(_ subscription: EventSubscription) {
        self.subscription = subscription
    }

    /// A reader; those of one sequence share its buffer, and each event goes to one of them.
    public func makeAsyncIterator() -> Iterator {
        Iterator(subscription: subscription)
    }

    /// Reads the events of one subscription.
    public struct Iterator: AsyncIteratorProtocol {
        fileprivate let subscription: EventSubscription

        /// The next event; nil once the node has shut down, or the task was cancelled.
        public mutating func next(
            isolation actor: isolated (any Actor)? = #isolation
        ) async -> MemberlistEvent? {
            await subscription.next()
        }

        /// The next event; nil once the node has shut down, or the task was cancelled.
        public mutating func next() async -> MemberlistEvent? {
            await subscription.next()
        }
    }
}
