internal import Memberlist
internal import MemberlistCore
internal import MemberlistWire

/// One seed of the swarm, from its plan to its verdict.
final class SwarmRun {
    let plan: SwarmPlan
    let simulation: Simulation
    private var rotation: KeyRotation
    private var seeker: Seeker
    private var messages = 0
    private(set) var convergence: Duration?

    private var world: World { simulation.world }

    init(seed: UInt64, judges: [any SimulationJudge]? = nil) throws {
        let plan = SwarmPlan(seed: seed)
        self.plan = plan
        let rotation = KeyRotation(bytes: plan.settings.keyBytes, seed: seed)
        self.rotation = rotation
        simulation = try Simulation(
            nodes: plan.nodes,
            seed: seed,
            network: plan.network,
            judges: judges ?? StandardJudges.all(isExact: plan.isExact)
        ) { configuration, number in
            plan.settings.apply(to: &configuration, number: number)
            configuration.keyring = rotation.firstKeyring
        } delegates: { number in
            plan.settings.hasDelegates ? SwarmDelegate(number) : nil
        }
        let world = simulation.world
        seeker = Seeker(world: world, seeds: plan.settings.needsDiscovery ? nil : world.hosts.map(\.seed))
        if plan.settings.gossipsAlone { simulation.world.coverage.meet(.newsByGossipAlone) }
        simulation.world.attacker.isListening = true
        if plan.isExact { watchSuspicions() }
    }

    /// Faults first, then a healed network in which the cluster must come to agree.
    func run() async -> SwarmOutcome {
        for host in world.hosts.dropFirst() { seeker.seek(host) }
        for step in plan.steps {
            world.plan(at: Instant(nanoseconds: step.at.nanoseconds)) { [self] _ in apply(step.fault) }
        }
        await simulation.run(until: Instant(nanoseconds: plan.faultsEnd.nanoseconds))
        endFaults()
        // Three steps of mending begin within three seconds each, and end six later.
        let bound =
            plan.settings.settleBound(nodes: world.hosts.count) + plan.settings.healBound + .seconds(30)
        await settle(within: bound)
        world.conclude()
        world.end()
        return outcome
    }

    /// Waits until all agree and go on agreeing: old suspicions may still end.
    private func settle(within bound: Duration) async {
        let start = simulation.time
        while true {
            let left = start + bound - simulation.time
            let rotation = rotation
            let took = await simulation.run(atMost: left, lookingEvery: .milliseconds(500)) { state in
                !rotation.isUnderWay && Self.isSettled(state)
            }
            guard took != nil else { return }
            convergence = simulation.time - start
            await simulation.run(for: .seconds(10))
            if Self.isSettled(simulation.state) { return }
        }
    }

    private static func isSettled(_ state: SimulationState) -> Bool {
        state.isConverged && CompletenessJudge.undeclared(in: state) == nil
    }

    private var outcome: SwarmOutcome {
        SwarmOutcome(
            seed: plan.seed,
            history: simulation.history,
            violations: simulation.violations,
            coverage: simulation.coverage,
            nodes: world.hosts.count,
            virtualTime: simulation.time,
            datagrams: simulation.totalTraffic.datagramsSent,
            convergence: convergence,
            plan: plan.lines
        )
    }

    /// Heals the network and lets everybody go on. Parts that forgot each other find together by themselves; where they
    /// cannot, all are told to join through one, as an application's discovery does.
    private func endFaults() {
        tell("the faults end")
        simulation.setNetwork(Self.healed(plan.network))
        simulation.heal()
        for host in world.hosts {
            world.resume(host)
            if abs(host.clock.drift) > 20_000 { world.setDrift(0, of: host) }
        }
        world.attacker.isListening = false
        if world.rotation.isInOrder { rotation.goOn(in: world) } else { rotation.mend(in: world) }
        let well = world.hosts.filter { simulation.state.isWell($0.index) }
        guard let first = well.first else { return }
        guard plan.settings.needsDiscovery else {
            // Where every seed is gone for good, those who came later never heard of each other; and a seed that left
            // and came back is looked for by nobody, and may know none that lives: somebody must say.
            guard !well.contains(where: { $0.index < plan.nodes && !$0.hasEverLeft }) else { return }
            for host in well { world.perform(.seedsChanged(well.map(\.seed)), on: host) }
            return
        }
        gather(around: first)
        if plan.settings.allowsMoves || plan.settings.gossipsAlone { gatherAgain(around: first) }
    }

    private func gather(around first: Host) {
        for host in world.hosts where host.index != first.index && simulation.state.isWell(host.index) {
            seeker.seek(host, through: first)
        }
    }

    /// Where nodes may have moved, whoever knew the old addresses knows nobody; and where states are not
    /// exchanged, whoever missed a piece of gossip is told by nothing else: discovery comes again. It does not
    /// end once all agree: somebody may still take an old address for the new one, until it finds nobody there.
    private func gatherAgain(around first: Host) {
        after(SwarmSettings.discoveryInterval / 1_000) { [self] _ in
            if !simulation.state.isConverged { gather(around: first) }
            gatherAgain(around: first)
        }
    }

    private static func healed(_ conditions: LinkConditions) -> LinkConditions {
        var healed = LinkConditions()
        healed.latency = conditions.latency
        healed.jitter = conditions.jitter
        return healed
    }

    private func tell(_ what: String) { world.observe(.fault(what), at: -1) }

    /// Confirmations shorten a suspicion: where nothing is lost, some end long before the longest.
    private func watchSuspicions() {
        var since: [BeliefKey: Duration] = [:]
        let settings = plan.settings
        simulation.observe { [unowned simulation] observation in
            guard case .member(let member, let change) = observation.kind else { return }
            let key = BeliefKey(observation.node, member.name, in: simulation.state)
            if change == .suspected { since[key] = observation.time }
            guard change == .failed, let start = since[key] else { return }
            let members = simulation.state.memberCount(seenBy: observation.node)
            let longest = settings.longestSuspicion(members: members)
            // Fewer members than are expected to confirm: then the shortest suspicion holds from the start.
            let expected = settings.suspicionMultiplier - 2
            guard expected > 0, members - 2 > expected else { return }
            if settings.suspicionMaximum > 2, observation.time - start < longest / 2 {
                simulation.world.coverage.meet(.suspicionShortened)
            }
        }
    }

    // MARK: Faults

    private func apply(_ fault: Fault) {
        tell("\(fault)")
        switch fault {
        case .crash, .restart, .pause, .block, .flood: applyToProcess(fault)
        case .leave, .leaveAndReturn, .leaveAndMove, .arrive, .visit: applyToMembership(fault)
        case .partition, .cutOneWay, .blockDatagrams, .degrade: applyToLinks(fault)
        case .rewriteSource(let node): simulation[node].rewriteSource()
        case .drift(let node, let drift): world.setDrift(Int64(drift), of: world.hosts[node])
        case .inject(let frame, let node): world.inject(frame, to: world.hosts[node])
        case .rotateKeys(let manner): rotation.begin(manner, in: world)
        case .broadcast, .send, .update: say(fault)
        }
    }

    private func applyToProcess(_ fault: Fault) {
        switch fault {
        case .crash(let node): world.crash(world.hosts[node])
        case .restart(let node, let elsewhere):
            let host = world.hosts[node]
            world.crash(host)
            if plan.settings.dialects == .mixed {
                host.configuration.wire = host.configuration.wire == .automatic ? .hashicorp : .automatic
                world.coverage.meet(.dialectChanged)
            }
            simulation[node].restart(elsewhere: elsewhere)
            seeker.seek(host)
        case .pause(let node, let milliseconds):
            world.pause(world.hosts[node])
            resume(node, after: milliseconds)
        case .block(let node, let milliseconds):
            world.block(world.hosts[node])
            resume(node, after: milliseconds)
        case .flood(let node, let other, let milliseconds):
            world.pause(world.hosts[node])
            flood(node, from: other)
            resume(node, after: milliseconds)
        default: break
        }
    }

    private func applyToMembership(_ fault: Fault) {
        switch fault {
        case .leave(let node, let ends):
            // Who left and runs on answers probes: by gossip alone, whoever missed the farewell never knows better.
            world.leave(world.hosts[node], thenEnds: ends || plan.settings.gossipsAlone)
        case .leaveAndReturn(let node, let milliseconds):
            let host = world.hosts[node]
            let launches = host.launches
            world.leave(host, thenEnds: false)
            after(milliseconds) { [self] _ in
                if host.launches == launches, host.hasLeft { seeker.seek(host) }
            }
        case .leaveAndMove(let node, let milliseconds):
            let host = world.hosts[node]
            let launches = host.launches
            world.leave(host, thenEnds: true)
            after(milliseconds) { [self] world in
                guard host.launches == launches, host.hasLeft else { return }
                // Its farewell may still be on its way.
                world.end(host, .ended)
                simulation[node].restart(elsewhere: true)
                seeker.seek(host)
            }
        case .arrive:
            let node = try? simulation.addNode { [self] in rotation.admit($0, like: world.hosts[0], in: world)
            }
            if let node { seeker.seek(world.hosts[node.index]) }
        case .visit: visit()
        default: break
        }
    }

    /// A node of another application, or one that the delegates refuse: it does not get in.
    private func visit() {
        let node = try? simulation.addNode { [self] host in
            rotation.admit(host, like: world.hosts[0], in: world)
            host.delegate = nil
            host.configuration.meta = SwarmDelegate.unwelcome
            guard !plan.settings.hasDelegates else { return }
            host.configuration.delegateVersions = .init(minimum: 7, maximum: 9, current: 8)
        }
        guard let node else { return }
        let host = world.hosts[node.index]
        world.join(host, through: world.hosts[world.random.below(plan.nodes)].endpoint)
        after(3_000) { world in world.end(host, .ended) }
    }

    /// More than the system holds for a socket that is not read, even compressed and with some of it lost.
    private func flood(_ node: Int, from other: Int) {
        for _ in 0..<600 {
            messages += 1
            let words = "message \(messages) of seed \(plan.seed)"
            let filler = [UInt8](repeating: UInt8(truncatingIfNeeded: messages), count: 480)
            simulation[other].send(Array(words.utf8) + filler, to: simulation[node].name)
        }
    }

    private func resume(_ node: Int, after milliseconds: Int) {
        let host = world.hosts[node]
        let launches = host.launches
        after(milliseconds) { world in
            if host.launches == launches { world.resume(host) }
        }
    }

    private func after(_ milliseconds: Int, _ action: @escaping (World) -> Void) {
        world.plan(at: world.now.advanced(byNanoseconds: Int64(milliseconds) * 1_000_000), action)
    }

    private func applyToLinks(_ fault: Fault) {
        let (change, milliseconds): (LinkFaultID, Int)
        switch fault {
        case .partition(let side, let time): (change, milliseconds) = (simulation.partition(side), time)
        case .cutOneWay(let from, let to, let time):
            (change, milliseconds) = (simulation.cut(from: from, to: to), time)
        case .blockDatagrams(let side, let time):
            (change, milliseconds) = (simulation.blockDatagrams(of: side), time)
        case .degrade(let side, let conditions, let time):
            (change, milliseconds) = (simulation.setLinks(from: side, conditions), time)
        default: return
        }
        after(milliseconds) { [self] _ in simulation.end(change) }
    }

    private func say(_ fault: Fault) {
        messages += 1
        let payload = Array("message \(messages) of seed \(plan.seed)".utf8)
        switch fault {
        case .broadcast(let node): simulation[node].broadcast(payload)
        case .send(let node, let other, let reliably):
            if reliably {
                simulation[node].sendReliably(payload, to: simulation[other])
            } else {
                simulation[node].send(payload, to: simulation[other].name)
            }
        case .update(let node): simulation[node].update(meta: payload)
        default: break
        }
    }
}
