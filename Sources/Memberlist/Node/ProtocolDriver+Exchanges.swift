internal import MemberlistCore
internal import MemberlistWire
internal import Metrics
internal import NIOCore
internal import Tracing

/// A join that waits for its exchange.
struct PendingJoin {
    let promise: EventLoopPromise<Int>
    let deadline: NIODeadline
    /// The span of the call, where it has one.
    let parent: ServiceContext?
    /// Why the stream broke off, where it did.
    var failure: JoinError?
}

/// A state exchange that this node opened, until its outcome.
struct OpenExchange {
    let span: TracedWork
    let start: Instant
}

/// The application is asked for its state; the deadline answers with none.
struct StateQuestion {
    let deadline: Scheduled<Void>
    let answered: ([UInt8]) -> Void
}

/// State exchanges and stream pings, in both directions.
extension ProtocolDriver {
    func join(
        _ endpoint: Endpoint,
        name: NodeName?,
        until deadline: NIODeadline,
        in parent: ServiceContext?,
        promise: EventLoopPromise<Int>
    ) {
        let id = ExchangeID(nextNumber())
        joins[id] = PendingJoin(promise: promise, deadline: deadline, parent: parent)
        // Whatever ends the wait first, a result, the deadline or a cancellation, ends the stream too.
        promise.futureResult.whenComplete { [handle] _ in handle.driver?.abandon(id) }
        perform(.joinRequested(id, endpoint, name: name))
    }

    func finishJoin(_ id: ExchangeID, _ outcome: ExchangeOutcome) {
        guard let join = joins.removeValue(forKey: id) else { return }
        switch outcome {
        case .merged(let members): join.promise.succeed(members)
        case .failed: join.promise.fail(join.failure ?? .unreachable)
        case .incompatible(let conflict): join.promise.fail(JoinError.incompatible(conflict.text))
        case .refused: join.promise.fail(JoinError.refused(refusalReason ?? ""))
        case .unavailable: join.promise.fail(JoinError.unavailable)
        }
    }

    private func abandon(_ id: ExchangeID) {
        guard joins.removeValue(forKey: id) != nil else { return }
        dials.removeValue(forKey: id)?.cancel()
        perform(.exchangeFailed(id))
    }

    func exchange(_ id: ExchangeID, _ state: LocalState, with endpoint: Endpoint, _ receiver: Receiver) {
        let span = shared.tracing.start(
            NodeTracing.Name.pushPull,
            of: shared.configuration.name,
            in: joins[id]?.parent
        )
        span.set(NodeTracing.Name.peer, "\(endpoint)")
        span.set(NodeTracing.Name.joining, state.join ? "true" : "false")
        exchanges[id] = OpenExchange(span: span, start: .now)
        askLocalState(joining: state.join) { [unowned self] userState in
            let limit = NIODeadline.after(shared.configuration.streams.timeout)
            let deadline = min(joins[id]?.deadline ?? limit, limit)
            var state = state
            state.userState = userState
            let stream = dialer.dial(
                .state(state),
                to: endpoint,
                receiver,
                awaiting: .reply,
                until: deadline
            )
            dials[id] = stream
            stream.result.whenComplete { [handle] result in
                handle.submit { $0.exchangeEnded(id, result, with: endpoint) }
            }
        }
    }

    private func exchangeEnded(
        _ id: ExchangeID,
        _ result: Result<StreamMessage?, any Error>,
        with endpoint: Endpoint
    ) {
        guard dials.removeValue(forKey: id) != nil else { return }
        switch result {
        case .success(.pushPull(let state)):
            perform(.stateReceived(id, state))
        case .success(.error(let text)):
            shared.log.info(
                .streams,
                "the peer could not read a state exchange",
                ["peer-says": "\(text.prefix(200))"]
            )
            fail(id, .noAnswer)
        case .success:
            fail(id, .noAnswer)
        case .failure(let error):
            shared.log.debug(.streams, "state exchange failed", ["error": "\(error)"])
            if case .refused(let error) = error as? StreamFailure { report(error, from: endpoint) }
            fail(id, (error as? StreamFailure)?.joinError ?? .unreachable)
        }
    }

    /// What came of an exchange that this node opened.
    func finishExchange(_ id: ExchangeID, _ outcome: ExchangeOutcome) {
        guard let exchange = exchanges.removeValue(forKey: id) else { return }
        shared.metrics.pushPullNode.recordNanoseconds(Instant.now.nanoseconds(since: exchange.start))
        switch outcome {
        case .merged(let members):
            exchange.span.set(NodeTracing.Name.members, members)
            exchange.span.end("merged")
        case .failed: exchange.span.end(joins[id]?.failure.map { "\($0)" } ?? "failed", failed: true)
        case .incompatible(let conflict): exchange.span.end(conflict.text, failed: true)
        case .refused: exchange.span.end("refused: \(refusalReason ?? "")", failed: true)
        case .unavailable: exchange.span.end("unavailable", failed: true)
        }
    }

    private func fail(_ id: ExchangeID, _ error: JoinError) {
        joins[id]?.failure = error
        perform(.exchangeFailed(id))
    }

    /// A peer opened a stream and sent its state.
    func offer(_ state: PushPull, from peer: Endpoint?, answering reply: StreamReply) {
        let id = StreamID(nextNumber())
        replies[id] = reply
        perform(.stateOffered(id, state, from: peer))
    }

    func answer(_ id: StreamID, _ state: LocalState) {
        guard let reply = replies.removeValue(forKey: id) else { return }
        askLocalState(joining: state.join) { userState in
            var state = state
            state.userState = userState
            reply.answer(state)
        }
    }

    func ping(_ receiver: Receiver, at endpoint: Endpoint, sequence: UInt32, deadline: Instant) {
        let ping = Ping(
            sequence: sequence,
            node: receiver.name?.owned() ?? NodeName(""),
            sourceNode: shared.configuration.name
        )
        let stream = dialer.dial(
            .message(.ping(ping)),
            to: endpoint,
            receiver,
            awaiting: .reply,
            until: deadline.deadline
        )
        let start = Instant.now
        stream.result.whenComplete { [handle, shared] result in
            var answered = false
            if case .success(.ack(let ack)) = result { answered = ack.sequence == sequence }
            if answered {
                shared.metrics.roundTrips[.stream].recordNanoseconds(Instant.now.nanoseconds(since: start))
            }
            handle.submit { [answered] in
                $0.perform(.streamPingFinished(sequence: sequence, answered: answered))
            }
        }
    }

    /// Calls back on the loop: at once where there is no delegate.
    private func askLocalState(joining: Bool, _ answered: @escaping ([UInt8]) -> Void) {
        guard let delegate = hooks.delegate else { return answered([]) }
        let id = nextNumber()
        let deadline = handle.loop.scheduleTask(deadline: .after(shared.configuration.hookTimeout)) {
            [handle, hooks] in
            hooks.isLate("localState gave nothing in time; sending none")
            if let driver = handle.driver { driver.stateAnswered(id, nil) }
        }
        stateQuestions[id] = StateQuestion(deadline: deadline, answered: answered)
        Task { [handle] in
            let state = await delegate.localState(joining: joining)
            handle.submit { $0.stateAnswered(id, state) }
        }
    }

    private func stateAnswered(_ id: UInt64, _ state: [UInt8]?) {
        guard let question = stateQuestions.removeValue(forKey: id) else { return }
        question.deadline.cancel()
        guard let state, state.count > Limits.streamRecord else { return question.answered(state ?? []) }
        shared.log.warning(.hooks, "localState gave too much; sending none", ["bytes": "\(state.count)"])
        question.answered([])
    }
}
