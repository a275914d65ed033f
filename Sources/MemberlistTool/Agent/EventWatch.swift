import Logging
import Memberlist

/// Prints what the node sees.
struct EventWatch {
    let node: Memberlist
    let printer: EventPrinter
    let logger: Logger

    func run(_ events: MemberlistEvents) async {
        var view = MembershipView(own: node.localMember.name)
        // Whoever came between the node's start and the subscription is told too.
        for change in view.reconcile(node.sortedMembers) { await printer.print(change) }
        for await event in events {
            for line in lines(event, in: &view) { await printer.print(line) }
        }
    }

    private func lines(_ event: MemberlistEvent, in view: inout MembershipView) -> [AgentEvent] {
        switch event {
        case .joined(let member): return view.joined(member)
        case .updated(let member): return view.updated(member)
        case .failed(let member, let evidence): return view.gone(member, .failed, evidence)
        case .left(let member): return view.gone(member, .left)
        case .message(let payload, let from): return [.message(payload, from: from)]
        case .conflict(let existing, let claimed): return [.conflict(existing: existing, claimed: claimed)]
        case .dropped(let count):
            logger.warning(
                "events were lost: standard output was not read for too long",
                metadata: ["count": "\(count)"]
            )
            return view.reconcile(node.sortedMembers)
        case .suspected(let member, let evidence):
            var words = Self.naming(member)
            words["evidence"] = "\(evidence)"
            logger.debug("suspected", metadata: words)
        case .recovered(let member):
            logger.debug("refuted its suspicion", metadata: Self.naming(member))
        case .healthChanged(let score):
            logger.debug("health changed", metadata: ["score": "\(score)"])
        case .keyWorn(let seals):
            logger.warning("the key is worn: rotate it", metadata: ["seals": "\(seals)"])
        case .tableFull(let member, let refused):
            logger.warning(
                "the table is full",
                metadata: Self.naming(member).merging(["refused": "\(refused)"]) { $1 }
            )
        // An agent has no delegate that could refuse.
        case .refused: break
        case .reaped(let member):
            logger.debug("forgotten", metadata: Self.naming(member))
        }
        return []
    }

    /// A name is a peer's word, and a line of the log must stay one.
    private static func naming(_ member: Member) -> Logger.Metadata {
        ["name": "\(member.name.description.printable)"]
    }
}
