internal import Memberlist
internal import MemberlistCore
internal import MemberlistWire

/// Streams over the network: connecting, and pieces that arrive in order or not at all.
extension World {
    /// How long a lost piece waits before it is sent again: doubled each time, as TCP does.
    private static let resend: Int64 = 200_000_000
    private static let longestResend: Int64 = 3_200_000_000

    func open(_ stream: SimulatedStream, until deadline: Instant) {
        let place = streams.add(stream)
        coverage.meet(.streamOpened)
        if stream.dialer >= 0 { hosts[stream.dialer].traffic.streamsOpened += 1 }
        plan(.connect, place, after: wayTo(stream.destination, from: stream.dialer))
        events.plan(
            .stream(place.index, generation: place.generation, step: .deadline),
            at: max(now, deadline)
        )
    }

    func plan(_ step: StreamStep, _ place: StreamPlace, after delay: Int64) {
        events.plan(
            .stream(place.index, generation: place.generation, step: step),
            at: now.advanced(byNanoseconds: delay)
        )
    }

    private func wayTo(_ endpoint: Endpoint, from sender: Int) -> Int64 {
        delay(network.links.rules(from: sender, to: network.listener(at: endpoint) ?? -1))
    }

    func streamStepped(_ index: Int32, _ generation: UInt32, _ step: StreamStep) {
        let place = StreamPlace(index: index, generation: generation)
        guard let stream = streams.find(place) else { return }
        switch step {
        case .connect: connect(stream, place)
        case .sendRequest: sendPiece(stream, place, isReply: false)
        case .sendReply: sendPiece(stream, place, isReply: true)
        case .request: requestArrived(stream, place)
        case .reply: replyArrived(stream, place)
        case .refused:
            coverage.meet(.streamRefused)
            dialerLost(stream, place)
        case .closed: dialerLost(stream, place)
        case .deadline:
            coverage.meet(.streamTimedOut)
            dialerLost(stream, place)
        case .silence:
            guard !stream.requestOpener.isAuthenticated, !stream.isAnswered else { return }
            coverage.meet(.strangerClosed)
            acceptorCloses(stream, place)
        }
    }

    /// The request to connect arrives. The system answers for a process that stands still.
    private func connect(_ stream: SimulatedStream, _ place: StreamPlace) {
        guard let index = network.listener(at: stream.destination) else {
            // Nobody was ever there, or it went elsewhere: there is no machine to refuse.
            return
        }
        let host = hosts[index]
        let there = network.links.rules(from: stream.dialer, to: index)
        let back = network.links.rules(from: index, to: stream.dialer)
        guard !there.isCut, !back.isCut, !there.loss.happens(&random), !back.loss.happens(&random) else {
            stream.attempts += 1
            // A second, then three, then seven: as TCP tries to connect again.
            return plan(.connect, place, after: 1_000_000_000 << min(stream.attempts - 1, 4))
        }
        let way = delay(back)
        guard let process = host.process, !there.streamRefusal.happens(&random) else {
            return plan(.refused, place, after: way)
        }
        if there.streamCut.happens(&random) {
            stream.breaksAfter = Int(random.below(Int64(stream.request.bytes.count) * 2 + 1))
        }
        stream.acceptor = index
        stream.acceptorLaunch = process.launch
        stream.isConnected = true
        stream.requestOpener = process.layers.streamOpener(.inbound)
        plan(.sendRequest, place, after: way)
        plan(.silence, place, after: Limits.streamSeconds * 1_000_000_000)
    }

    // MARK: Pieces

    private func sendPiece(_ stream: SimulatedStream, _ place: StreamPlace, isReply: Bool) {
        var flow = isReply ? stream.reply : stream.request
        let sender = isReply ? stream.acceptor : stream.dialer
        let receiver = isReply ? stream.dialer : stream.acceptor
        let left = flow.bytes.count - flow.sent
        guard left > 0 else { return }
        if isHeld(sender) { return hold(isReply ? .sendReply : .sendRequest, place, of: sender) }
        let rules = network.links.rules(from: sender, to: receiver)
        guard !rules.isCut, !rules.loss.happens(&random) else {
            flow.attempts += 1
            store(flow, stream, isReply: isReply)
            let wait = min(Self.resend << min(flow.attempts - 1, 5), Self.longestResend)
            coverage.meet(.pieceResent)
            return plan(isReply ? .sendReply : .sendRequest, place, after: wait)
        }
        // One piece, or some: a reader must not depend on how bytes are cut.
        flow.piece = random.below(2) == 0 ? left : 1 + random.below(left)
        flow.sent += flow.piece
        flow.attempts = 0
        store(flow, stream, isReply: isReply)
        if sender >= 0 { hosts[sender].traffic.streamBytesSent += flow.piece }
        var way = delay(rules)
        if rules.bandwidth > 0 { way += Int64(flow.piece) * 1_000_000_000 / rules.bandwidth }
        plan(isReply ? .reply : .request, place, after: way)
    }

    private func store(_ flow: SimulatedStream.Flow, _ stream: SimulatedStream, isReply: Bool) {
        if isReply { stream.reply = flow } else { stream.request = flow }
    }

    private func isHeld(_ host: Int) -> Bool {
        host >= 0 && hosts[host].process.map { $0.activity != .running } ?? false
    }

    /// A step waits until the process goes on.
    private func hold(_ step: StreamStep, _ place: StreamPlace, of host: Int) {
        hosts[host].process?.heldSteps.append((step, place))
    }

    /// Goes on with what waited while a process was held.
    func releaseStreams(_ process: NodeProcess) {
        let steps = process.heldSteps
        process.heldSteps = []
        for (step, place) in steps { plan(step, place, after: 0) }
    }

    /// Whether the stream breaks before these bytes arrive.
    private func breaks(_ stream: SimulatedStream, _ place: StreamPlace) -> Bool {
        guard let limit = stream.breaksAfter,
            stream.request.arrived + stream.reply.arrived + stream.reply.piece + stream.request.piece > limit
        else { return false }
        coverage.meet(.streamBroken)
        acceptorCloses(stream, place)
        return true
    }

    private func requestArrived(_ stream: SimulatedStream, _ place: StreamPlace) {
        guard !isHeld(stream.acceptor) else { return hold(.request, place, of: stream.acceptor) }
        guard !breaks(stream, place) else { return }
        let host = hosts[stream.acceptor]
        guard let process = host.process, process.launch == stream.acceptorLaunch else { return }
        let start = stream.request.arrived
        stream.request.arrived += stream.request.piece
        let piece = stream.request.bytes[start..<stream.request.arrived]
        digest.add(6, at: now, node: host.index, piece)
        stream.requestOpener.feed(piece.span.bytes)
        read(stream, place, host, process)
        if streams.find(place) != nil, stream.request.sent < stream.request.bytes.count {
            sendPiece(stream, place, isReply: false)
        }
    }

    private func replyArrived(_ stream: SimulatedStream, _ place: StreamPlace) {
        guard !isHeld(stream.dialer) else { return hold(.reply, place, of: stream.dialer) }
        guard !breaks(stream, place) else { return }
        let start = stream.reply.arrived
        stream.reply.arrived += stream.reply.piece
        let piece = stream.reply.bytes[start..<stream.reply.arrived]
        digest.add(7, at: now, node: stream.dialer, piece)
        guard stream.dialer >= 0 else {
            coverage.meet(.strangerAnswered)
            if !stream.isReplay {
                observe(.strangerAnswered(bytes: stream.reply.bytes.count), at: stream.acceptor)
            }
            return streams.remove(place)
        }
        stream.replyOpener.feed(piece.span.bytes)
        readReply(stream, place)
        if streams.find(place) != nil, stream.reply.sent < stream.reply.bytes.count {
            sendPiece(stream, place, isReply: true)
        }
    }

    // MARK: Ends

    /// The acceptor closes; the dialler learns of it a little later.
    func acceptorCloses(_ stream: SimulatedStream, _ place: StreamPlace) {
        stream.isAnswered = true
        stream.acceptorID = nil
        plan(.closed, place, after: delay(network.links.rules(from: stream.acceptor, to: stream.dialer)))
    }

    /// A machine's streams end with its process.
    func breakStreams(of host: Host) {
        for place in streams.places(of: host.index) {
            guard let stream = streams.find(place) else { continue }
            if stream.dialer == host.index {
                streams.remove(place)
            } else {
                acceptorCloses(stream, place)
            }
        }
    }

    /// The dialler gives the stream up.
    func dialerLost(_ stream: SimulatedStream, _ place: StreamPlace) {
        guard !isHeld(stream.dialer) else { return hold(.closed, place, of: stream.dialer) }
        streams.remove(place)
        guard stream.dialer >= 0 else { return }
        let host = hosts[stream.dialer]
        guard host.process?.launch == stream.dialerLaunch else { return }
        switch stream.purpose {
        case .exchange(let id):
            coverage.meet(.exchangeFailed)
            perform(.exchangeFailed(id), on: host)
        case .ping(let sequence):
            perform(.streamPingFinished(sequence: sequence, answered: false), on: host)
        case .message, .hostile: break
        }
    }
}
