internal import Memberlist
public import MemberlistCore
public import MemberlistWire

/// A node of a simulation: what an application would call on its `Memberlist`, and what may be done to it.
public struct SimulatedNode {
    /// Its place among ``Simulation/nodes``.
    public let index: Int
    let simulation: Simulation

    private var world: World { simulation.world }
    private var host: Host { world.hosts[index] }

    /// What it is called.
    public var name: NodeName { host.name }
    /// Where it listens, or listened last.
    public var endpoint: Endpoint { host.endpoint }
    /// Whether a process runs.
    public var isRunning: Bool { host.process != nil }
    /// What it believes of everybody, itself among them; empty where no process runs.
    public var members: [Member] { host.process?.core.members ?? [] }
    /// What it believes of one member.
    public func belief(about other: SimulatedNode) -> MemberState? {
        simulation.state.belief(of: index, about: other.name)
    }
    /// Its health score: 0 is well (Lifeguard).
    public var healthScore: Int { simulation.state.healthScore(of: index) }
    /// What it sent and received so far.
    public var traffic: Traffic { host.traffic }

    // MARK: What an application does

    /// Joins through another node. It may fail; see ``Observation`` and ``members``.
    public func join(through other: SimulatedNode) {
        world.join(host, through: other.endpoint)
    }

    /// Says that it leaves. The process ends once it was heard, unless it shall go on.
    public func leave(thenEnds: Bool = true) {
        world.leave(host, thenEnds: thenEnds)
    }

    /// Changes the application's own bytes about it: 512 at most.
    public func update(meta: [UInt8]) {
        world.coverage.meet(.metaChanged)
        world.perform(.metaChanged(meta), on: host)
    }

    /// Broadcasts a message to all members; one of the same name that still waits is replaced.
    public func broadcast(_ payload: [UInt8], name: NodeName? = nil) {
        guard let process = host.process else { return }
        world.coverage.meet(.messageSent)
        world.said.insert(payload)
        let id = RequestID(process.nextNumber())
        if host.delegate != nil { process.broadcasts[id] = payload }
        world.perform(.broadcastRequested(id, payload, name: name), on: host)
    }

    /// Sends a message in one datagram, which may be lost.
    public func send(_ payload: [UInt8], to member: NodeName) {
        world.coverage.meet(.messageSent)
        world.said.insert(payload)
        world.perform(.messageRequested(payload, to: member), on: host)
    }

    /// Sends a message over a stream.
    public func sendReliably(_ payload: [UInt8], to other: SimulatedNode) {
        guard let process = host.process else { return }
        world.coverage.meet(.messageSent)
        world.said.insert(payload)
        world.openMessage(payload, to: other.endpoint, named: other.name, host, process)
    }

    // MARK: What may be done to it

    /// Ends its process from one moment to the next.
    public func crash() { world.crash(host) }

    /// Starts a process where none runs: at the same address, or at another. It has to join.
    public func restart(elsewhere: Bool = false) {
        world.coverage.meet(elsewhere ? .restartedElsewhere : .restartedInPlace)
        world.launch(host, elsewhere: elsewhere)
    }

    /// Lets its process stand still, as SIGSTOP does: until ``resume()``.
    public func pause() { world.pause(host) }

    /// Holds its messages in both directions while its timers run: until ``resume()``.
    public func block() { world.block(host) }

    /// Lets it go on.
    public func resume() { world.resume(host) }

    /// Lets its clock run faster by that share, or slower where it is negative: -0.5 to 0.5.
    public func setClockDrift(_ drift: Double) {
        world.setDrift(Int64((drift * 1_000_000).rounded()), of: host)
    }

    /// Lets others see another source address on its datagrams, drawn anew each time: a router that rewrites.
    public func rewriteSource() {
        world.coverage.meet(.sourceRewritten)
        world.network.rewriteSource(of: index, as: world.freshEndpoint())
    }

    /// Sends it a frame of somebody who has no business here. Those that are made of recorded ones need
    /// ``Simulation/recordFrames()`` before.
    public func inject(_ frame: HostileFrame) { world.inject(frame, to: host) }
}

extension NodeName {
    /// `node-7`.
    static func numbered(_ number: Int) -> NodeName { NodeName("node-\(number)") }
}
