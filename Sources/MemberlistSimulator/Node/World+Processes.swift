internal import DequeModule
internal import Memberlist
internal import MemberlistCore
internal import MemberlistWire

/// What the runtime does around a core: inputs in, directives out, one timer.
extension World {
    /// One input, and all that the core wants done after it.
    func perform(_ input: Input, on host: Host) {
        guard let process = host.process else { return }
        process.core.handle(input, at: host.clock.reading(at: now))
        settle(host)
    }

    /// Executes what the core wants done, and plans its next timer.
    func settle(_ host: Host) {
        guard let process = host.process else { return }
        executeAll(host, process)
        arm(host, process)
        inspect(host.index)
    }

    func executeAll(_ host: Host, _ process: NodeProcess) {
        while let directive = process.core.nextDirective() { execute(directive, host, process) }
    }

    /// A timer that fires early finds nothing due, so only what comes sooner is planned anew.
    func arm(_ host: Host, _ process: NodeProcess) {
        guard let next = process.look({ $0.nextDeadline }), process.armed.map({ next < $0 }) ?? true else {
            return
        }
        process.armed = next
        process.timerToken &+= 1
        events.plan(
            .timer(host: Int32(host.index), token: process.timerToken),
            at: max(now, host.clock.moment(of: next))
        )
    }

    func timerFired(_ host: Host, _ token: UInt32) {
        guard let process = host.process, process.timerToken == token else { return }
        guard process.activity != .paused else {
            process.missedTimer = true
            return
        }
        wake(host, process)
    }

    private func wake(_ host: Host, _ process: NodeProcess) {
        process.armed = nil
        process.core.advance(to: host.clock.reading(at: now))
        settle(host)
    }

    // MARK: Datagrams

    func datagramArrived(_ place: Int32) {
        guard let datagram = network.arrive(place) else { return }
        let host = hosts[datagram.receiver]
        guard let process = host.process else {
            coverage.meet(.nobodyListens)
            return network.recycle(datagram.bytes)
        }
        host.traffic.datagramsReceived += 1
        guard process.activity == .running else {
            hold(datagram, process)
            return
        }
        digest.add(1, at: now, node: host.index, datagram.bytes)
        read(datagram.bytes, from: datagram.source, host, process)
        endBatch(host, process)
        network.recycle(datagram.bytes)
    }

    /// What Linux holds for a socket that is not read, by default.
    private static let socketBuffer = 212_992

    private func hold(_ datagram: InFlight, _ process: NodeProcess) {
        // The system counts a datagram's own bookkeeping too.
        let cost = datagram.bytes.count + 512
        guard process.inboxBytes + cost <= Self.socketBuffer else {
            coverage.meet(.socketOverflowed)
            return
        }
        process.inboxBytes += cost
        process.inbox.append((datagram.bytes, datagram.source))
    }

    /// Reads what the system held, in batches as the runtime's.
    func drainInbox(_ host: Host, _ process: NodeProcess) {
        while !process.inbox.isEmpty {
            for _ in 0..<16 {
                guard let (bytes, source) = process.inbox.popFirst() else { break }
                digest.add(1, at: now, node: host.index, bytes)
                read(bytes, from: source, host, process)
            }
            endBatch(host, process)
        }
        process.inboxBytes = 0
    }

    private func read(_ bytes: [UInt8], from source: Endpoint, _ host: Host, _ process: NodeProcess) {
        let reading = host.clock.reading(at: now)
        if sabotage.forgetsNonces { process.opener = process.layers.datagramOpener() }
        do throws(WireError) {
            var opened = try process.opener.open(bytes.span.bytes, at: reading.nanoseconds)
            if showsFrames {
                let plain = Array(opened.payload)
                observe(.accepted(frame(bytes, peer: source, plaintext: plain)), at: host.index)
            }
            while true {
                do throws(WireError) {
                    guard let part = try opened.nextPart() else { break }
                    hear(try Message.decode(part), from: source, host, process, at: reading)
                } catch {
                    // One part that cannot be read harms no other.
                    refuse(bytes, from: source, error, host)
                }
            }
        } catch {
            refuse(bytes, from: source, error, host)
        }
    }

    private func refuse(_ bytes: [UInt8], from source: Endpoint, _ error: WireError, _ host: Host) {
        host.traffic.datagramsRefused += 1
        coverage.count(error)
        if showsFrames {
            observe(.refused(frame(bytes, peer: source), reason: "\(error)"), at: host.index)
        }
    }

    private func hear(
        _ message: Message,
        from source: Endpoint,
        _ host: Host,
        _ process: NodeProcess,
        at reading: Instant
    ) {
        switch message {
        case .suspect, .dead, .user:
            process.later.append((message, source))
        case .alive, .ping, .indirectPing, .ack, .nack:
            feed(process, message, from: source, host, at: reading)
        }
    }

    private func endBatch(_ host: Host, _ process: NodeProcess) {
        let reading = host.clock.reading(at: now)
        for (message, source) in process.later { feed(process, message, from: source, host, at: reading) }
        process.later.removeAll(keepingCapacity: true)
        settle(host)
    }

    /// Goes on after standing still: what comes first, the timers or what was held, is a matter of chance.
    func goOn(_ host: Host, _ process: NodeProcess) {
        let readsFirst = random.below(2) == 0
        if readsFirst { drainInbox(host, process) }
        if process.missedTimer {
            process.missedTimer = false
            wake(host, process)
        }
        if !readsFirst { drainInbox(host, process) }
    }
}
