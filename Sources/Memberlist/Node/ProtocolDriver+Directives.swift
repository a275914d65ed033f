internal import MemberlistCore
internal import MemberlistWire
internal import Metrics
internal import NIOCore

/// What each directive means outside the core.
extension ProtocolDriver {
    func execute(_ directive: consuming Directive) {
        switch directive {
        case .sendDatagram(let datagram): send(datagram)
        case .pingOverStream(let sequence, let endpoint, let receiver, let deadline):
            ping(receiver, at: endpoint, sequence: sequence, deadline: deadline)
        case .exchangeState(let id, let endpoint, let receiver, let state):
            exchange(id, state, with: endpoint, receiver)
        case .answerState(let id, let state): answer(id, state)
        case .refuseState(let id): replies.removeValue(forKey: id)?.refuse()
        case .seedsWanted: owner?.lookForSeeds()
        case .exchangeFinished(let id, let outcome):
            finishExchange(id, outcome)
            finishJoin(id, outcome)

        case .decideAlive(let id, let member): decideAlive(id, member)
        case .decideMerge(let id, let members): decideMerge(id, members)

        case .memberChanged(let member, let change, let grounds):
            memberChanged(member, change, grounds.evidence)
        case .conflict(let existing, let claimed): conflict(existing, claimed)
        case .deliver(let payload, let sender): deliver(Array(payload), from: sender)
        case .deliverState(let state, let joining): hooks.mergeRemoteState(state, joining: joining)

        case .pingFinished(let id, let roundTrip): finishPing(id, roundTrip)
        case .probeAnswered(let member, let roundTrip, let payload):
            hooks.pingCompleted(member, roundTrip: .nanoseconds(roundTrip), payload: payload)
        case .probeFinished(let report):
            shared.metrics.count(report, timeout: shared.configuration.probe.timeout.wholeNanoseconds)
        case .newsReturned(let nanoseconds): shared.metrics.propagation.recordNanoseconds(nanoseconds)
        case .broadcastFinished(let id, let outcome): finishBroadcast(id, outcome)
        case .leaveFinished(let told, let heard, let isComplete):
            finishLeave(LeaveOutcome(told: told, heard: heard, isComplete: isComplete))
        case .healthChanged(let score): healthChanged(score)
        case .noticed(let notice): log(notice)
        }
    }

    /// A user message, whichever way it came.
    func deliver(_ payload: [UInt8], from sender: Endpoint) {
        guard !payload.isEmpty else { return }
        shared.events.send(.message(payload: payload, from: sender))
        hooks.messageReceived(payload, from: sender)
    }

    private func memberChanged(_ member: Member, _ change: MemberChange, _ evidence: FailureEvidence?) {
        if change == .reaped {
            snapshot.remove(member.name)
        } else {
            snapshot.update(member)
        }
        shared.metrics.record(snapshot)
        shared.metrics.count(change, isSelf: member.name == shared.configuration.name)
        guard let event = MemberlistEvent(member, change, evidence) else { return }
        shared.log.info(.membership, change.message, Self.words(member, evidence))
        shared.events.send(event)
    }

    private func tableFull(_ member: Member) {
        shared.metrics.membersRefused.increment()
        guard let refused = fullTable.count(at: .now) else { return }
        shared.log.warning(
            .overload,
            "the table is full of members that live; set maximumMembers higher, or look who makes up names",
            ["member": "\(member.name)", "endpoint": "\(member.endpoint)", "refused": "\(refused)"]
        )
        shared.events.send(.tableFull(member, refused: refused))
        hooks.tableFull(member, refused: refused)
    }

    private static func words(_ member: Member, _ evidence: FailureEvidence?) -> [String: String] {
        var words = ["member": "\(member.name)", "endpoint": "\(member.endpoint)"]
        words["evidence"] = evidence.map { "\($0)" }
        return words
    }

    private func conflict(_ existing: Member, _ claimed: Member) {
        shared.log.warning(
            .conflict,
            "two nodes claim one name",
            [
                "member": "\(existing.name)", "existing": "\(existing.endpoint)",
                "claimed": "\(claimed.endpoint)",
            ]
        )
        shared.events.send(.conflict(existing: existing, claimed: claimed))
        hooks.conflict(existing: existing, claimed: claimed)
    }

    private func healthChanged(_ score: Int) {
        snapshot.setHealth(score)
        shared.metrics.health.record(score)
        shared.events.send(.healthChanged(score))
    }

    private func log(_ notice: Notice) {
        shared.metrics.count(notice)
        switch notice {
        case .probeFailed(let name):
            shared.log.info(.membership, "probe failed", ["member": "\(name)"])
        case .refuted(let incarnation):
            shared.log.warning(
                .membership,
                "refuted what was said of this node",
                ["incarnation": "\(incarnation)"]
            )
        case .reachableByStreamAlone(let name):
            shared.log.warning(
                .network,
                "datagrams fail where a stream succeeds: is UDP let through?",
                ["member": "\(name)"]
            )
        case .stalled(let nanoseconds):
            shared.log.warning(.overload, "this process stood still", ["ms": "\(nanoseconds / 1_000_000)"])
        case .rejoining(let endpoint, let name):
            shared.metrics.rejoins.increment()
            shared.log.info(
                .membership,
                name == nil ? "trying a seed that is no member" : "trying a member that was lost",
                ["member": name?.description ?? "", "endpoint": "\(endpoint)"]
            )
        case .tableFull(let member): tableFull(member)
        case .overloaded:
            shared.log.warning(.overload, "a table is full; what would have gone there was dropped")
        case .broadcastsDropped(let membership, let user):
            shared.metrics.queueDropped[.membership].increment(by: membership)
            shared.metrics.queueDropped[.application].increment(by: user)
            shared.log.warning(
                .overload,
                "broadcasts were dropped: more waited than the queue holds",
                ["membership": "\(membership)", "application": "\(user)"]
            )
        case .mergeIncompatible(let conflict):
            shared.log.warning(.membership, "clusters do not fit", ["conflict": "\(conflict.text)"])
        case .unconfirmedFailure(let name):
            shared.log.info(
                .membership,
                "a suspect failed with fewer accusers than were asked for",
                ["member": "\(name)"]
            )
        case .addressRefused(let name, let address):
            shared.log.warning(
                .membership,
                "a member's address is outside the networks that allowedNetworks names",
                ["member": "\(name)", "address": "\(address)"]
            )
        // Told with the reason, where the application said it.
        case .mergeRefused, .aliveRefused: break
        case .implausibleIncarnation, .malformedAlive, .malformedMessage,
            .misdirectedPing:
            shared.log.info(.membership, "not believed", ["notice": "\(notice)"])
        }
    }
}

extension MemberChange {
    /// For the log: one fixed text for each, so that lines can be told apart by it.
    fileprivate var message: String {
        switch self {
        case .joined: "member joined"
        case .updated: "member updated"
        case .refreshed: "member refreshed"
        case .suspected: "member suspected"
        case .recovered: "member recovered"
        case .failed: "member failed"
        case .left: "member left"
        case .reaped: "member reaped"
        }
    }
}

extension VersionConflict {
    /// For a person.
    var text: String {
        let kind = isDelegate ? "delegate" : "protocol"
        guard understood.lowest <= understood.highest else {
            return "\(name) speaks \(kind) version \(current), and no version is understood by all members"
        }
        return "\(name) speaks \(kind) version \(current), and all members understand "
            + "\(understood.lowest) to \(understood.highest)"
    }
}
