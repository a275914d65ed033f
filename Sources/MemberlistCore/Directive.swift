package import MemberlistWire

/// What the core wants done. Plain data: whoever runs the core executes it in order and reports the outcome
/// as an ``Input``.
package enum Directive: Hashable, Sendable {
    case sendDatagram(Datagram)
    /// Ping over a stream: a fallback while datagrams fail. Reported by ``Input/streamPingFinished``.
    case pingOverStream(sequence: UInt32, to: Endpoint, receiver: Receiver, deadline: Instant)
    /// Open a stream, send this state, read the peer's. Reported by ``Input/stateReceived`` or
    /// ``Input/exchangeFailed``.
    case exchangeState(ExchangeID, with: Endpoint, receiver: Receiver, state: LocalState)
    /// Send this state as the answer on a stream that a peer opened.
    case answerState(StreamID, state: LocalState)
    /// Close a stream that a peer opened: there is no answer.
    case refuseState(StreamID)
    /// The addresses to find the cluster by do not answer: look whether their names say others by now, and report
    /// with ``Input/seedsChanged(_:)``. Nothing waits for it.
    case seedsWanted
    /// The exchange has ended, and what came of it was merged.
    case exchangeFinished(ExchangeID, ExchangeOutcome)

    /// Ask the application whether this alive may be heard.
    case decideAlive(DecisionID, Member)
    /// Ask the application whether these members of a joining peer's may be merged.
    case decideMerge(DecisionID, [Member])

    /// The table changed; on what grounds, where it is a suspicion or a failure.
    case memberChanged(Member, MemberChange, Grounds = .none)
    /// Another node claims the name of a member that lives.
    case conflict(existing: Member, claimed: Member)
    /// A user message for the application; it came from that address.
    case deliver(ArraySlice<UInt8>, from: Endpoint)
    /// A peer application's state, from a push/pull.
    case deliverState([UInt8], join: Bool)

    /// A ping of the application's ended: the round trip in nanoseconds, or nil.
    case pingFinished(RequestID, roundTrip: Int64?)
    /// A probe of this node's own was answered, directly and in that time: for round-trip estimates.
    case probeAnswered(Member, roundTrip: Int64, payload: [UInt8])
    /// A probe of this node's own ended, answered or not.
    case probeFinished(ProbeReport)
    /// This node's last news of itself came back from another member, that long after it was queued.
    case newsReturned(nanoseconds: Int64)
    /// A broadcast of the application's has been sent as often as it will be, or was replaced or refused.
    case broadcastFinished(RequestID, BroadcastOutcome)
    /// The leave has been sent to so many members; it is complete unless a join cut it short, and `told` is 0 where
    /// nobody was there to hear it.
    case leaveFinished(told: Int, heard: Int, isComplete: Bool)
    case healthChanged(Int)
    /// Something was not believed or not done; counted, and logged at a rate.
    case noticed(Notice)
}

/// A datagram's plaintext payload and what its layers depend on.
package struct Datagram: Hashable, Sendable {
    package var destination: Endpoint
    /// One message, or a compound of several. Give it back with ``GossipProtocol/recycle(_:)`` once sent.
    package var payload: [UInt8]
    package var receiver: Receiver
}

package enum MemberChange: Hashable, Sendable {
    /// New, or back from the dead.
    case joined
    /// Its metadata changed.
    case updated
    /// Its incarnation, versions or address changed, and nothing that the application was promised to hear.
    case refreshed
    case suspected
    /// It refuted a suspicion.
    case recovered
    case failed
    case left
    /// Forgotten: it had been dead or gone for long enough.
    case reaped
}

package enum ExchangeOutcome: Hashable, Sendable {
    /// The peer's state was merged: this many members.
    case merged(members: Int)
    /// No answer was read.
    case failed
    /// A member's version lies outside what all understand.
    case incompatible(VersionConflict)
    /// The application refused the merge.
    case refused
    /// Too many exchanges are under way.
    case unavailable
}

package enum BroadcastOutcome: Hashable, Sendable {
    case transmitted
    case replaced
    /// The queue was full, and this one had been sent most often; or it was pruned.
    case dropped
    /// The application took it back.
    case cancelled
    /// It cannot fit a datagram.
    case tooLarge
    /// Too many wait that were not sent even once.
    case queueFull
}

/// Things that a person who runs the node may want to know; none of them stops it.
package enum Notice: Hashable, Sendable {
    /// Datagrams fail to that member, a stream reaches it: a network fault.
    case reachableByStreamAlone(NodeName)
    /// An alive, suspect or dead with an incarnation that nobody can have reached.
    case implausibleIncarnation(NodeName)
    /// An alive whose address, port, name, metadata or versions no node can have.
    case malformedAlive
    /// A suspect, a dead or an indirect ping with a name or an address that no node can have.
    case malformedMessage
    /// A ping for another node's name: an address was taken over.
    case misdirectedPing(NodeName)
    /// This node refuted what was said of it.
    case refuted(incarnation: UInt32)
    /// A probe went unanswered and the member is now suspect.
    case probeFailed(NodeName)
    /// Timers fired long after they were due: this process stood still.
    case stalled(nanoseconds: Int64)
    /// This node tries to find a member that was lost, or whoever listens at a seed where the name is nil.
    case rejoining(Endpoint, NodeName?)
    /// The table is full of members that live: this one was not let in.
    case tableFull(Member)
    /// A table is at its bound, or a datagram; what would have gone there was dropped.
    case overloaded
    /// A queue of broadcasts was full, or was pruned: so many went without having been sent as often as due.
    case broadcastsDropped(membership: Int, user: Int)
    /// A peer's state was not merged.
    case mergeIncompatible(VersionConflict)
    case mergeRefused
    /// The application refused an alive.
    case aliveRefused(NodeName)
    /// An alive whose address lies outside the networks that are allowed.
    case addressRefused(NodeName, IPAddress)
    /// A suspect was declared failed when its longest time was over, by fewer accusers than were asked for.
    case unconfirmedFailure(NodeName)
}

/// How a probe of this node's own went.
package struct ProbeReport: Hashable, Sendable {
    /// By which way the answer came, or why there was none.
    package enum Path: Hashable, Sendable, CaseIterable {
        /// From the member itself.
        case direct
        /// Through a helper.
        case indirect
        /// Over a stream alone.
        case stream
        /// No answer: the member is suspect now.
        case failed
        /// No answer, but this process stood still: nobody is accused.
        case stalled
    }

    package var path: Path
    /// From the ping to the answer, or to the end of the wait.
    package var nanoseconds: Int64
    /// Whether this node did not do well when it began, and so took more time.
    package var isDegraded: Bool
}

/// Why two clusters cannot be one: a member speaks a version that not all understand.
package struct VersionConflict: Hashable, Sendable {
    package var name: NodeName
    /// Whether it is the application's own protocol, not the gossip protocol.
    package var isDelegate: Bool
    package var current: UInt8
    package var understood: ClosedVersions
}

/// From the highest minimum to the lowest maximum; empty where `lowest` is above `highest`.
package struct ClosedVersions: Hashable, Sendable {
    package var lowest: UInt8
    package var highest: UInt8
}
