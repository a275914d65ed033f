internal import Memberlist
internal import MemberlistCore
internal import MemberlistWire

/// A hook of an application's that wants to be called.
struct HookCall {
    enum Hook {
        case message([UInt8], Endpoint)
        case broadcastEnded([UInt8], BroadcastEnd)
        case mergeRemoteState([UInt8], joining: Bool)
        case conflict(Member, Member)
        case allowAlive(DecisionID, Member)
        case allowMerge(DecisionID, [Member])
        case localState(joining: Bool, answered: (World, [UInt8]) -> Void)
    }

    let host: Int
    let launch: Int
    let delegate: any MemberlistDelegate
    let hook: Hook
}

extension World {
    /// Tells an application of something.
    func tell(_ hook: @autoclosure () -> HookCall.Hook, _ host: Host, _ process: NodeProcess) {
        guard let delegate = host.delegate else { return }
        hookCalls.append(
            HookCall(host: host.index, launch: process.launch, delegate: delegate, hook: hook())
        )
    }

    /// Asks an application; where there is none the answer is yes.
    func ask(
        _ hook: HookCall.Hook,
        _ host: Host,
        _ process: NodeProcess,
        otherwise: () -> Input
    ) {
        guard host.delegate != nil else {
            return process.core.handle(otherwise(), at: host.clock.reading(at: now))
        }
        tell(hook, host, process)
    }

    /// Calls the hooks that wait, one after another and in order; virtual time stands still meanwhile.
    func callHooks() async {
        while !hookCalls.isEmpty {
            let calls = hookCalls
            hookCalls = []
            for call in calls { await self.call(call) }
        }
    }

    private func call(_ call: HookCall) async {
        let delegate = call.delegate
        switch call.hook {
        case .message(let payload, let sender): await delegate.messageReceived(payload, from: sender)
        case .broadcastEnded(let payload, let end): await delegate.broadcastEnded(payload, end)
        case .mergeRemoteState(let state, let joining):
            await delegate.mergeRemoteState(state, joining: joining)
        case .conflict(let existing, let claimed):
            await delegate.conflict(existing: existing, claimed: claimed)
        case .allowAlive(let id, let member):
            let allowed = await delegate.allowAlive(member)
            answer(call, .aliveDecided(id, allowed: allowed))
        case .allowMerge(let id, let members):
            let allowed = await delegate.allowMerge(members)
            answer(call, .mergeDecided(id, allowed: allowed))
        case .localState(let joining, let answered):
            let state = await delegate.localState(joining: joining)
            guard hosts[call.host].process?.launch == call.launch else { return }
            answered(self, state)
        }
    }

    private func answer(_ call: HookCall, _ input: Input) {
        let host = hosts[call.host]
        guard host.process?.launch == call.launch else { return }
        perform(input, on: host)
    }

    /// The application's state for an exchange: at once where there is no application.
    func withLocalState(
        joining: Bool,
        _ host: Host,
        _ process: NodeProcess,
        _ answered: @escaping (World, [UInt8]) -> Void
    ) {
        guard host.delegate != nil else { return answered(self, []) }
        tell(.localState(joining: joining, answered: answered), host, process)
    }
}
