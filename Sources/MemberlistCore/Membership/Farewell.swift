import MemberlistWire

/// What a node says when it leaves, to whom it was said, and who has it.
struct Farewell: Sendable {
    /// Under which number it waits in the queue; nil where none does.
    var request: RequestID?
    /// The message.
    var message: [UInt8] = []
    var told: Set<Endpoint> = []
    var heard: Set<Endpoint> = []
    /// Pings that travelled with it, and where to: whoever answers one has read the datagram that both were in.
    var pings: [UInt32: Endpoint] = [:]
    /// Whether the datagram that is being made carries it.
    var isCarried = false
    /// Whether it was sent as often as due, and nobody has answered yet.
    var isAwaited = false
    /// Of the timer that ends that; timers with another token are stale.
    var token: UInt32 = 0
}

/// Leaving, and coming back. We differ from HashiCorp, whose farewell has no receipt: with ours travels a ping, so that
/// this node can say who has heard it.
extension GossipProtocol {
    /// Members that the farewell was sent to so far, and those of them that answered.
    package var farewellCounts: (told: Int, heard: Int) { (farewell.told.count, farewell.heard.count) }

    /// Tells the cluster that this node goes. It still answers and gossips until whoever runs it stops it.
    mutating func leave(at now: Instant) {
        guard !isLeaving else {
            if farewell.request == nil, !farewell.isAwaited { finishLeave() }
            return
        }
        isLeaving = true
        farewell = Farewell(token: farewell.token)
        table[selfID].state = .left
        table[selfID].stateChange = now
        emit(.memberChanged(table[selfID].member, .left))
        guard table.groupCount(.alive) + table.groupCount(.suspect) > 0 else {
            finishLeave()
            return
        }
        farewell.request = RequestID(.max)
        queueFarewell()
        gossipOnce(at: now)
    }

    private mutating func queueFarewell() {
        let incarnation = table[selfID].incarnation
        let dead = Dead(incarnation: incarnation, node: configuration.name, from: configuration.name)
        farewell.message = []
        Message.dead(dead).encode(into: &farewell.message)
        queueBroadcast(.dead(dead), about: configuration.name, urgent: true, request: farewell.request)
    }

    /// Somebody who has not heard of the farewell tells of a former life, at an incarnation above it. We differ from
    /// HashiCorp, whose node keeps silent: it would be alive to all for as long as it answers their pings.
    mutating func sayFarewellAgain(_ incarnation: UInt32) {
        guard incarnation > table[selfID].incarnation else { return }
        guard isPlausible(incarnation, about: selfID) else {
            notice(.implausibleIncarnation(configuration.name))
            return
        }
        table[selfID].incarnation = incarnation
        // Another number than the farewell that it replaces: that one is not heard for being replaced.
        if let request = farewell.request { farewell.request = RequestID(request.value ^ 1) }
        queueFarewell()
    }

    /// A node that left joins again: alive with an incarnation above its farewell.
    mutating func rejoin(at now: Instant) {
        guard isLeaving else { return }
        isLeaving = false
        if farewell.request != nil { finishLeave(isComplete: false) }
        if farewell.isAwaited { finishLeave() }
        table[selfID].state = .alive
        table[selfID].stateChange = now
        table[selfID].incarnation += 1
        queueAlive(table[selfID].identity, incarnation: table[selfID].incarnation)
        emit(.memberChanged(table[selfID].member, .joined))
        scheduleHealing(at: now)
    }

    // MARK: Who has heard it

    /// The ping that goes along with the farewell, encoded, and its number; nil where no farewell waits, or both do not
    /// fit one datagram.
    mutating func farewellPing(to name: NodeName, limit: Int) -> (sequence: UInt32, bytes: [UInt8])? {
        guard farewell.request != nil else { return nil }
        var encoded: [UInt8] = []
        let sequence = sequence &+ 1
        Message.ping(ping(for: name, sequence: sequence)).encode(into: &encoded)
        let both = CompoundWriter.headerCount + 2 * CompoundWriter.partOverhead
        guard both + encoded.count + farewell.message.count <= limit else { return nil }
        return (sequence, encoded)
    }

    /// Adds the ping where the datagram carries the farewell.
    mutating func appendFarewellPing(_ ping: (sequence: UInt32, bytes: [UInt8]), to endpoint: Endpoint) {
        guard farewell.isCarried else { return }
        sequence = ping.sequence
        farewell.pings[ping.sequence] = endpoint
        appendPart { (writer) throws(WireError) in try writer.append(ping.bytes) }
    }

    /// Whether that ack answers a ping that travelled with the farewell.
    mutating func answerFarewell(_ sequence: UInt32) -> Bool {
        guard !farewell.pings.isEmpty, let endpoint = farewell.pings.removeValue(forKey: sequence) else {
            return false
        }
        farewell.heard.insert(endpoint)
        if farewell.isAwaited { finishLeave() }
        return true
    }

    /// It was sent as often as news is sent. Where nobody has answered yet, an answer may be on its way.
    mutating func farewellSent(at now: Instant) {
        guard farewell.heard.isEmpty, !farewell.pings.isEmpty else { return finishLeave() }
        farewell.request = nil
        farewell.isAwaited = true
        farewell.token &+= 1
        timers.schedule(
            .farewellAnswer(token: farewell.token),
            at: now.advanced(byNanoseconds: configuration.probeTimeout)
        )
    }

    mutating func farewellUnanswered(token: UInt32) {
        if farewell.isAwaited, token == farewell.token { finishLeave() }
    }

    private mutating func finishLeave(isComplete: Bool = true) {
        farewell.request = nil
        farewell.isAwaited = false
        emit(
            .leaveFinished(told: farewell.told.count, heard: farewell.heard.count, isComplete: isComplete)
        )
    }
}
