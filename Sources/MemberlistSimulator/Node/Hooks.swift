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
        case pingCompleted(Member, Duration, [UInt8])
        case metadata(limit: Int)
        case broadcasts(limit: Int)
        case pingPayload(limit: Int)
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
            let admission = await delegate.allowAlive(member)
            answer(call, .aliveDecided(id, allowed: admission == .allow))
        case .allowMerge(let id, let members):
            let admission = await delegate.allowMerge(members)
            answer(call, .mergeDecided(id, allowed: admission == .allow))
        case .pingCompleted(let member, let roundTrip, let payload):
            await delegate.pingCompleted(member, roundTrip: roundTrip, payload: payload)
        case .metadata(let limit):
            if let meta = await delegate.metadata(limit: limit) { answer(call, .metaChanged(meta)) }
        case .broadcasts(let limit):
            let payloads = await delegate.broadcasts(limit: limit)
            queue(payloads, for: call)
        case .pingPayload(let limit):
            answer(call, .ackPayloadChanged(await delegate.pingPayload(limit: limit)))
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

    private func queue(_ payloads: [[UInt8]], for call: HookCall) {
        guard let process = hosts[call.host].process else { return }
        for payload in payloads where !payload.isEmpty {
            let id = RequestID(process.nextNumber())
            process.broadcasts[id] = payload
            answer(call, .broadcastRequested(id, payload, name: nil))
        }
    }

    /// Asks an application for what it offers, from now on, as the runtime does: metadata once, the rest at its
    /// interval.
    func startAsking(_ host: Host, _ process: NodeProcess) {
        guard let delegate = host.delegate else { return }
        let configuration = process.configuration
        tell(.metadata(limit: configuration.metaLimit), host, process)
        let limit = process.layers.messageLimit(datagramSize: configuration.gossip.datagramSize)
        if delegate.offersBroadcasts, configuration.gossip.interval > .zero {
            askRepeatedly(host, process.launch, every: configuration.gossip.interval) { world, process in
                guard process.look({ $0.queuedBroadcasts.user }) == 0 else { return }
                world.tell(.broadcasts(limit: limit), host, process)
            }
        }
        if delegate.offersPingPayload {
            let limit = max(0, limit + 1 - Limits.ackOverhead)
            askRepeatedly(host, process.launch, every: configuration.probe.interval) { world, process in
                world.tell(.pingPayload(limit: limit), host, process)
            }
        }
    }

    private func askRepeatedly(
        _ host: Host,
        _ launch: Int,
        every interval: Duration,
        _ ask: @escaping (World, NodeProcess) -> Void
    ) {
        guard let process = host.process, process.launch == launch else { return }
        if process.activity == .running { ask(self, process) }
        plan(at: now.advanced(byNanoseconds: max(1, interval.wholeNanoseconds))) { world in
            world.askRepeatedly(host, launch, every: interval, ask)
        }
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
