internal import Memberlist
internal import MemberlistCore
internal import MemberlistWire

/// What nodes say over streams: one message, and at most one answer, as the runtime's rooms do it.
extension World {
    // MARK: The dialling side

    func openPing(
        _ sequence: UInt32,
        to endpoint: Endpoint,
        _ receiver: Receiver,
        until deadline: Instant,
        _ host: Host,
        _ process: NodeProcess
    ) {
        coverage.meet(.streamPing)
        let ping = Ping(
            sequence: sequence,
            node: receiver.name?.owned() ?? NodeName(""),
            sourceAddress: .null,
            sourcePort: 0,
            sourceNode: host.name
        )
        dial(
            .message(.ping(ping)),
            .ping(sequence: sequence),
            to: endpoint,
            receiver,
            until: host.clock.moment(of: deadline),
            host,
            process
        )
    }

    func openExchange(
        _ id: ExchangeID,
        with endpoint: Endpoint,
        _ receiver: Receiver,
        state: LocalState,
        _ host: Host,
        _ process: NodeProcess
    ) {
        coverage.meet(.exchangeStarted)
        let launch = process.launch
        withLocalState(joining: state.join, host, process) { world, userState in
            guard let process = host.process, process.launch == launch else { return }
            var state = state
            state.userState = userState
            let timeout = process.configuration.streams.timeout.nanoseconds
            let deadline = host.clock.reading(at: world.now).advanced(byNanoseconds: timeout)
            world.dial(
                .state(state),
                .exchange(id),
                to: endpoint,
                receiver,
                until: host.clock.moment(of: deadline),
                host,
                process
            )
        }
    }

    /// A user message over a stream.
    func openMessage(
        _ payload: [UInt8],
        to endpoint: Endpoint,
        named name: NodeName,
        _ host: Host,
        _ process: NodeProcess
    ) {
        let receiver = process.core.receiver(named: name)
        let timeout = process.configuration.streams.timeout.nanoseconds
        dial(
            .message(.user(payload)),
            .message,
            to: endpoint,
            receiver,
            until: now.advanced(byNanoseconds: timeout),
            host,
            process
        )
    }

    private func dial(
        _ content: StreamContent,
        _ purpose: SimulatedStream.Purpose,
        to endpoint: Endpoint,
        _ receiver: Receiver,
        until deadline: Instant,
        _ host: Host,
        _ process: NodeProcess
    ) {
        let request = sealed(content, .request(to: receiver), to: endpoint, host, process)
        let stream = SimulatedStream(
            purpose: purpose,
            dialer: host.index,
            dialerLaunch: process.launch,
            source: network.source(of: host.index, endpoint: host.endpoint),
            destination: endpoint,
            request: request.bytes,
            requestOpener: process.layers.streamOpener(.inbound),
            replyOpener: process.layers.streamOpener(.reply(to: request.nonce))
        )
        attacker.recordStream(stream.request.bytes, &random)
        open(stream, until: deadline)
    }

    /// The message as it goes on the wire; empty where it is too large for a record.
    private func sealed(
        _ content: StreamContent,
        _ role: StreamRole,
        to peer: Endpoint,
        _ host: Host,
        _ process: NodeProcess
    ) -> (bytes: [UInt8], nonce: NativeNonce?) {
        var wire: [UInt8] = []
        var nonce: NativeNonce?
        do throws(WireError) {
            nonce = try process.streamSealer.seal(content, role, into: &wire)
        } catch {
            coverage.meet(.notSealed)
        }
        if showsFrames {
            observe(
                .sent(frame(wire, peer: peer, plaintext: content.encoded, isStream: true)),
                at: host.index
            )
        }
        return (wire, nonce)
    }

    func readReply(_ stream: SimulatedStream, _ place: StreamPlace) {
        let host = hosts[stream.dialer]
        guard let process = host.process, process.launch == stream.dialerLaunch else { return }
        do throws(WireError) {
            guard let message = try stream.replyOpener.next() else { return }
            guard isFresh(stream.replyOpener.record, host, process) else { throw .replayed }
            streams.remove(place)
            switch (message, stream.purpose) {
            case (.pushPull(let state), .exchange(let id)):
                coverage.meet(.exchangeDone)
                if showsFrames {
                    let isOnly = !streams.hasExchange(dialledBy: host.index)
                    observe(.answered(Self.living(in: state.nodes), isOnly: isOnly), at: host.index)
                }
                merge(state, .stateReceived(id, state), host, process)
            case (.ack(let ack), .ping(let sequence)):
                perform(.streamPingFinished(sequence: sequence, answered: ack.sequence == sequence), on: host)
            case (_, .exchange(let id)):
                coverage.meet(.exchangeFailed)
                perform(.exchangeFailed(id), on: host)
            default: break
            }
        } catch {
            coverage.count(error)
            dialerLost(stream, place)
        }
    }

    private static func living(in states: NodeStates) -> [NodeName: UInt32] {
        var living: [NodeName: UInt32] = [:]
        for state in states where state.state == 0 { living[state.name.owned()] = state.incarnation }
        return living
    }

    private func isFresh(_ record: OpenedFrame?, _ host: Host, _ process: NodeProcess) -> Bool {
        guard let record else { return true }
        return process.streamReplays.admits(record.identity, at: host.clock.reading(at: now).nanoseconds)
    }

    // MARK: The accepting side

    func read(_ stream: SimulatedStream, _ place: StreamPlace, _ host: Host, _ process: NodeProcess) {
        guard !stream.isAnswered else { return }
        do throws(WireError) {
            guard let message = try stream.requestOpener.next() else { return }
            guard isFresh(stream.requestOpener.record, host, process) else { throw .replayed }
            if showsFrames {
                let shown = frame(stream.request.bytes, peer: stream.source, isStream: true)
                observe(.accepted(shown), at: host.index)
            }
            take(message, stream, place, host, process)
        } catch {
            refuse(stream, place, error, host, process)
        }
    }

    private func take(
        _ message: StreamMessage,
        _ stream: SimulatedStream,
        _ place: StreamPlace,
        _ host: Host,
        _ process: NodeProcess
    ) {
        switch message {
        case .ping(let ping):
            guard ping.node.isEmpty || ping.node == host.name else { return acceptorCloses(stream, place) }
            reply(.message(.ack(Ack(sequence: ping.sequence, payload: .null))), stream, place, host, process)
        case .pushPull(let state):
            guard process.exchangesAnswered < Limits.exchanges else {
                return acceptorCloses(stream, place)
            }
            process.exchangesAnswered += 1
            let id = StreamID(process.nextNumber())
            stream.acceptorID = id
            merge(state, .stateOffered(id, state, from: stream.source), host, process)
        case .user(let payload):
            deliver(payload, from: stream.source, host, process)
            acceptorCloses(stream, place)
        case .error, .ack:
            acceptorCloses(stream, place)
        }
    }

    private func refuse(
        _ stream: SimulatedStream,
        _ place: StreamPlace,
        _ error: WireError,
        _ host: Host,
        _ process: NodeProcess
    ) {
        coverage.count(error)
        if showsFrames {
            let shown = frame(stream.request.bytes, peer: stream.source, isStream: true)
            observe(.refused(shown, reason: "\(error)"), at: host.index)
        }
        let isStranger = error == .labelMismatch || error == .malformedLabel
        guard sabotage.answersStrangers || (process.layers.keyring == nil && !isStranger) else {
            return acceptorCloses(stream, place)
        }
        reply(.message(.error("\(error)")), stream, place, host, process)
    }

    private func reply(
        _ content: StreamContent,
        _ stream: SimulatedStream,
        _ place: StreamPlace,
        _ host: Host,
        _ process: NodeProcess
    ) {
        stream.isAnswered = true
        let role = StreamRole.reply(stream.requestOpener.dialect)
        stream.reply.bytes = sealed(content, role, to: stream.source, host, process).bytes
        guard !stream.reply.bytes.isEmpty else { return acceptorCloses(stream, place) }
        plan(.sendReply, place, after: 0)
    }

    func answerExchange(_ id: StreamID, state: LocalState, _ host: Host, _ process: NodeProcess) {
        process.exchangesAnswered -= 1
        guard let place = streams.place(of: id, acceptor: host.index), let stream = streams.find(place) else {
            return
        }
        stream.acceptorID = nil
        let launch = process.launch
        withLocalState(joining: state.join, host, process) { world, userState in
            guard let process = host.process, process.launch == launch, world.streams.find(place) != nil
            else { return }
            var state = state
            state.userState = userState
            world.reply(.state(state), stream, place, host, process)
        }
    }

    func refuseExchange(_ id: StreamID, _ host: Host) {
        host.process?.exchangesAnswered -= 1
        guard let place = streams.place(of: id, acceptor: host.index), let stream = streams.find(place) else {
            return
        }
        acceptorCloses(stream, place)
    }

    func exchangeFinished(_ id: ExchangeID, _ outcome: ExchangeOutcome, _ host: Host) {
        if case .merged = outcome { coverage.meet(.merged) }
        exchangeEnded?(host.index, id, outcome)
    }
}
