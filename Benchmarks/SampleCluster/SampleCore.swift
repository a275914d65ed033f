package import MemberlistCore
package import MemberlistWire

/// A core that knows sample members.
package enum SampleCore {
    package static let start = Instant(nanoseconds: 1 << 40)

    /// As it is when it has just heard of them: the news of all wait to be told.
    package static func make(members: Int) -> GossipProtocol {
        var configuration = ProtocolConfiguration(
            name: "b",
            endpoint: Endpoint(address: IPAddress(ipv4: 0x7f00_0001), port: 7946)
        )
        configuration.memberLimit = max(configuration.memberLimit, members + 1)
        configuration.pushPullInterval = 0
        var core = GossipProtocol(configuration: configuration, seed: 1, at: start)
        core.merge(NodeStates((0..<members).map(SampleMembers.state)), at: start)
        while core.nextDirective() != nil {}
        precondition(core.memberCount == members + 1, "\(core.memberCount) members")
        return core
    }

    /// As it is in a cluster at rest: all news have been told. With it comes the time that this took.
    package static func settled(members: Int) throws -> (core: GossipProtocol, now: Int64) {
        var core = make(members: members)
        var now = start.nanoseconds
        while core.queuedBroadcasts.membership > 0 {
            now += 1_000_000_000
            try run(&core, to: now)
        }
        return (core, now)
    }

    /// What the core says of its members when it joins somebody.
    package static func localState(
        of core: inout GossipProtocol,
        _ id: ExchangeID,
        with peer: Endpoint
    ) throws -> LocalState {
        core.handle(.joinRequested(id, peer, name: nil), at: start)
        var state: LocalState?
        while let directive = core.nextDirective() {
            if case .exchangeState(_, _, _, let said) = directive { state = said }
        }
        core.handle(.exchangeFailed(id), at: start)
        while core.nextDirective() != nil {}
        guard let state else { throw Unexpected("no state") }
        return state
    }

    /// Lets time go on while every ping is answered.
    package static func run(_ core: inout GossipProtocol, to now: Int64) throws {
        while let deadline = core.nextDeadline, deadline.nanoseconds <= now {
            core.advance(to: deadline)
            while let directive = core.nextDirective() {
                guard case .sendDatagram(let datagram) = directive else { continue }
                try acknowledge(datagram, &core, at: deadline)
                core.recycle(datagram.payload)
            }
        }
    }

    /// Takes what is to be done, and gives back the payloads of what is to be sent; whether anything is.
    package static func recycle(_ core: inout GossipProtocol) -> Bool {
        var isSending = false
        while let directive = core.nextDirective() {
            guard case .sendDatagram(let datagram) = directive else { continue }
            isSending = true
            core.recycle(datagram.payload)
        }
        return isSending
    }

    private static func acknowledge(_ datagram: Datagram, _ core: inout GossipProtocol, at now: Instant)
        throws
    {
        guard let first = try firstMessage(of: datagram.payload),
            case .ping(let ping) = try Message.decode(first)
        else { return }
        core.handle(.messageReceived(.ack(Ack(sequence: ping.sequence)), from: datagram.destination), at: now)
    }

    private static func firstMessage(of payload: [UInt8]) throws -> ArraySlice<UInt8>? {
        guard payload.first == MessageType.compound.rawValue else { return payload[...] }
        var reader = try CompoundReader(payload[1...])
        return try reader.next()
    }
}
