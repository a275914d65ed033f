internal import Memberlist
internal import MemberlistCore
internal import MemberlistWire
internal import Synchronization

/// Machines and processes: started, ended, held up.
extension World {
    /// A machine of its own address; nothing runs on it yet.
    func addHost(_ configuration: MemberlistConfiguration, keys: [SecretKey], drift: Int64 = 0) -> Host {
        let host = Host(
            index: hosts.count,
            endpoint: freshEndpoint(),
            configuration: configuration,
            keys: keys,
            // Clocks start anywhere: no node may take another's time for its own.
            clock: NodeClock(
                showing: Instant(nanoseconds: random.below(Int64(1) << 50)),
                at: now,
                drift: drift
            )
        )
        hosts.append(host)
        names[host.name] = host.index
        extendLinkFaults()
        return host
    }

    func host(named name: NodeName) -> Host? { names[name].map { hosts[$0] } }

    /// An address that nobody ever had: 10.x.y.z, the port of all.
    func freshEndpoint() -> Endpoint {
        lastAddress += 1
        return Endpoint(address: IPAddress(ipv4: 10 << 24 | lastAddress), port: 7946)
    }

    /// Starts a process on a machine that has none.
    func launch(_ host: Host, elsewhere: Bool = false) {
        guard host.process == nil else { return }
        if elsewhere { host.endpoint = freshEndpoint() }
        var configuration = host.configuration
        configuration.keyring = keyring(of: host)
        guard let layers = try? LayerSettings(configuration) else {
            preconditionFailure("the configuration was checked before")
        }
        let core = GossipProtocol(
            configuration: coreConfiguration(configuration, host, layers),
            seed: random.next(),
            at: host.clock.reading(at: now)
        )
        host.launches += 1
        host.process = NodeProcess(
            launch: host.launches,
            configuration: configuration,
            layers: layers,
            core: core
        )
        host.crashedAt = nil
        host.hasLeft = false
        host.endsAfterLeaving = false
        touch(host)
        network.listen(host.index, at: host.endpoint)
        told(.launched(host.endpoint), host)
        settle(host)
        if let process = host.process { startAsking(host, process) }
    }

    private func coreConfiguration(
        _ configuration: MemberlistConfiguration,
        _ host: Host,
        _ layers: LayerSettings
    ) -> ProtocolConfiguration {
        var core = configuration.protocolConfiguration(
            endpoint: host.endpoint,
            layers: layers,
            asksAlive: host.delegate?.decidesOnAlive ?? false,
            asksMerge: host.delegate?.decidesOnMerge ?? false
        )
        adjustCore?(&core)
        return core
    }

    /// A ring of the host's keys whose nonces are drawn from the seed: equal seeds give equal bytes. Keys of a
    /// simulation are its own; nothing real is ever sealed with such nonces.
    private func keyring(of host: Host) -> Keyring? {
        guard !host.keys.isEmpty else { return nil }
        if let nonces = sabotage.nonces { return try? Keyring(host.keys, drawingNoncesWith: nonces) }
        let source = Mutex(ProtocolRandom(seed: random.next()))
        return try? Keyring(host.keys) { buffer in
            source.withLock { random in
                for offset in stride(from: 0, to: buffer.count, by: 8) {
                    withUnsafeBytes(of: random.next().littleEndian) { bytes in
                        let count = min(8, buffer.count - offset)
                        for index in 0..<count { buffer[offset + index] = bytes[index] }
                    }
                }
            }
        }
    }

    /// Takes a process away, from one moment to the next.
    func crash(_ host: Host) {
        guard host.process != nil else { return }
        if !host.hasLeft { host.crashedAt = now }
        end(host, .crashed)
    }

    /// Takes a process away, and says how it came to it.
    func end(_ host: Host, _ change: ProcessChange) {
        guard host.process != nil else { return }
        network.stopListening(at: host.endpoint, host: host.index)
        host.process = nil
        touch(host)
        breakStreams(of: host)
        told(change, host)
    }

    // MARK: Held up

    func pause(_ host: Host) {
        guard let process = host.process, process.activity == .running else { return }
        process.activity = .paused
        touch(host)
        told(.paused, host)
    }

    /// Holds messages in both directions while timers run, as Lifeguard's experiments do.
    func block(_ host: Host) {
        guard let process = host.process, process.activity == .running else { return }
        process.activity = .blocked
        touch(host)
        told(.blocked, host)
    }

    /// Lets a process go on that was paused or blocked.
    func resume(_ host: Host) {
        guard let process = host.process, process.activity != .running else { return }
        let change: ProcessChange = process.activity == .paused ? .resumed : .unblocked
        process.activity = .running
        touch(host)
        told(change, host)
        let outbox = process.outbox
        process.outbox = []
        for (bytes, destination) in outbox {
            transmit(bytes, from: host, to: destination)
            attacker.record(bytes, &random)
        }
        releaseStreams(process)
        goOn(host, process)
    }

    func setDrift(_ drift: Int64, of host: Host) {
        host.clock.change(drift: drift, at: now)
        told(.clock(drift: Int(host.clock.drift)), host)
        // What was planned for the old speed is planned anew.
        host.process?.armed = nil
        if let process = host.process { arm(host, process) }
    }

    /// What is done to a node may make others think that it failed.
    func touch(_ host: Host) { host.wellSince = now }

    private func told(_ change: ProcessChange, _ host: Host) {
        digest.add(5, at: now, node: host.index, Array("\(change)".utf8))
        coverage.count(change)
        observe(.process(change), at: host.index)
    }

    // MARK: Joining and leaving

    /// Joins through an address, as an application would that was told it.
    func join(_ host: Host, through endpoint: Endpoint) {
        guard let process = host.process else { return }
        if host.hasLeft {
            host.hasLeft = false
            coverage.meet(.rejoined)
        }
        host.endsAfterLeaving = false
        told(.joining, host)
        // Where names are required, an application knows whom it wants.
        let name =
            process.configuration.requiresNodeNames ? hosts.first { $0.endpoint == endpoint }?.name : nil
        perform(.joinRequested(ExchangeID(process.nextNumber()), endpoint, name: name), on: host)
    }

    /// Leaves; the process ends when it was heard, or after its time for that, where it shall.
    func leave(_ host: Host, thenEnds: Bool) {
        guard let process = host.process, !host.hasLeft else { return }
        (host.hasLeft, host.hasEverLeft) = (true, true)
        host.endsAfterLeaving = thenEnds
        touch(host)
        told(.leaving, host)
        perform(.leaveRequested, on: host)
        guard thenEnds else { return }
        let launch = process.launch
        plan(at: now.advanced(byNanoseconds: process.configuration.leaveTimeout.nanoseconds)) { world in
            guard host.process?.launch == launch, host.hasLeft, host.endsAfterLeaving else { return }
            world.end(host, .ended)
        }
    }

    // MARK: Keys

    /// One step of a rotation: in the file first, then in the running process.
    func change(_ step: KeyStep, on host: Host) {
        let ring = host.process?.configuration.keyring
        switch step {
        case .add(let key):
            guard !host.keys.contains(key) else { return }
            host.keys.append(key)
            ring?.add(key)
            coverage.meet(.keyAdded)
        case .use(let key):
            guard let place = host.keys.firstIndex(of: key) else { return }
            host.keys.insert(host.keys.remove(at: place), at: 0)
            try? ring?.use(key)
            coverage.meet(.keyPromoted)
        case .remove(let key):
            guard let place = host.keys.firstIndex(of: key), place > 0 else { return }
            host.keys.remove(at: place)
            try? ring?.remove(key)
            coverage.meet(.keyRemoved)
        }
    }
}

/// A step of a key rotation.
enum KeyStep {
    case add(SecretKey)
    case use(SecretKey)
    case remove(SecretKey)
}
