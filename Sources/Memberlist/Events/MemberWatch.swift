public import MemberlistCore
internal import MemberlistWire

/// One member, from the moment at which the sequence was taken from ``Memberlist/watch(_:)`` until the node
/// shuts down.
///
/// The first element is the member as it is, the next ones as it is after each change. Nil stands for a member that
/// this node does not know, not yet or no more. A slow reader is told the latest, not each step on the way: nothing
/// is kept for it. Why a member failed is told by ``MemberlistEvent/failed(_:_:)``.
///
/// ```swift
/// for await member in memberlist.watch("db-1") {
///     print(member?.state == .alive ? "db-1 is there" : "db-1 is away")
/// }
/// ```
public struct MemberWatch: AsyncSequence, Sendable {
    /// The member; nil while it is not known.
    public typealias Element = Member?
    /// It does not fail: it ends.
    public typealias Failure = Never

    private let name: NodeName
    private let snapshot: NodeSnapshot
    private let subscription: EventSubscription

    init(_ name: NodeName, node: RunningNode) {
        self.name = name
        snapshot = node.snapshot
        subscription = node.events.subscribe(toMembersAlone: true)
    }

    /// A reader; those of one sequence share its changes.
    public func makeAsyncIterator() -> Iterator {
        Iterator(name: name, snapshot: snapshot, subscription: subscription)
    }

    /// Reads one member's changes.
    public struct Iterator: AsyncIteratorProtocol {
        fileprivate let name: NodeName
        fileprivate let snapshot: NodeSnapshot
        fileprivate let subscription: EventSubscription
        /// What was told last; nil before anything was.
        private var told: Member??

        fileprivate init(name: NodeName, snapshot: NodeSnapshot, subscription: EventSubscription) {
            self.name = name
            self.snapshot = snapshot
            self.subscription = subscription
        }

        /// The member as it is, once that is news; nil at the end, when the node has shut down or the task was
        /// cancelled.
        public mutating func next(isolation actor: isolated (any Actor)? = #isolation) async -> Member?? {
            repeat {
                let member = snapshot.member(named: name)
                if told != .some(member) {
                    told = member
                    return .some(member)
                }
            } while await subscription.next() != nil
            return nil
        }

        /// The member as it is, once that is news; nil at the end, when the node has shut down or the task was
        /// cancelled.
        public mutating func next() async -> Member?? {
            await next(isolation: nil)
        }
    }
}
