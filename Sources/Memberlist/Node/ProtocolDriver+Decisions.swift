internal import MemberlistCore
internal import MemberlistWire
internal import NIOCore

/// What the core asked. It numbers the two kinds of question apart.
enum Question: Hashable, Sendable {
    case alive(DecisionID)
    case merge(DecisionID)

    func answered(_ allowed: Bool) -> Input {
        switch self {
        case .alive(let id): .aliveDecided(id, allowed: allowed)
        case .merge(let id): .mergeDecided(id, allowed: allowed)
        }
    }
}

/// A question that waits for the application; the deadline answers with a no.
struct PendingDecision {
    let deadline: Scheduled<Void>
    let subject: Refusal.Subject
}

/// The application's decisions.
extension ProtocolDriver {
    func decideAlive(_ id: DecisionID, _ member: Member) {
        decide(.alive(id), on: .member(member)) { delegate in await delegate.allowAlive(member) }
    }

    func decideMerge(_ id: DecisionID, _ members: [Member]) {
        decide(.merge(id), on: .merge(members)) { delegate in await delegate.allowMerge(members) }
    }

    private func decide(
        _ question: Question,
        on subject: Refusal.Subject,
        asking: @escaping @Sendable (any MemberlistDelegate) async -> Admission
    ) {
        let timeout = shared.configuration.hookTimeout
        let deadline = handle.loop.scheduleTask(deadline: .after(timeout)) { [handle, hooks] in
            hooks.isLate("a hook did not decide in time; taken as a no")
            handle.driver?.decided(question, .refuse("the delegate did not decide in time"))
        }
        decisions[question] = PendingDecision(deadline: deadline, subject: subject)
        guard let delegate = hooks.delegate else { return decided(question, .allow) }
        Task { [handle] in
            let admission = await asking(delegate)
            handle.submit { $0.decided(question, admission) }
        }
    }

    private func decided(_ question: Question, _ admission: Admission) {
        guard let decision = decisions.removeValue(forKey: question) else { return }
        decision.deadline.cancel()
        guard case .refuse(let reason) = admission else { return perform(question.answered(true)) }
        tell(Refusal(decision.subject, reason: reason))
        // A join that this ends is told while the answer is performed.
        refusalReason = reason
        perform(question.answered(false))
        refusalReason = nil
    }

    private func tell(_ refusal: Refusal) {
        switch refusal.subject {
        case .member(let member):
            guard toldRefusals.isNew(member, reason: refusal.reason) else { return }
            shared.log.warning(
                .refused,
                "the delegate refused a member",
                [
                    "member": "\(member.name)", "endpoint": "\(member.endpoint)", "reason": refusal.reason,
                ]
            )
        case .merge(let members):
            shared.log.warning(
                .refused,
                "the delegate refused a merge",
                [
                    "members": "\(members.count)", "first": members.first.map { "\($0.name)" } ?? "",
                    "reason": refusal.reason,
                ]
            )
        }
        shared.events.send(.refused(refusal))
    }
}
