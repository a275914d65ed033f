internal import MemberlistCore
internal import MemberlistWire

/// A datagram on its way.
struct InFlight {
    var bytes: [UInt8]
    /// What the receiver sees as its source.
    let source: Endpoint
    let sender: Int
    let receiver: Int
}

/// Who lives where, and what links do to datagrams.
struct Network {
    var links: LinkTable
    /// Who listens at an address. Only looked up, never walked through.
    private var listeners: [Endpoint: Int] = [:]
    /// What others see instead of a node's address: a router between them rewrites it.
    private var rewritten: [Int: Endpoint] = [:]
    private var behindRouter: [Endpoint: Int] = [:]
    private var inFlight: [InFlight?] = []
    private var freePlaces: [Int32] = []
    private(set) var underWay = 0
    private var buffers: [[UInt8]] = []

    init(_ conditions: LinkConditions) {
        links = LinkTable(conditions)
    }

    // MARK: Addresses

    func listener(at endpoint: Endpoint) -> Int? { listeners[endpoint] ?? behindRouter[endpoint] }

    mutating func listen(_ host: Int, at endpoint: Endpoint) { listeners[endpoint] = host }

    mutating func stopListening(at endpoint: Endpoint, host: Int) {
        if listeners[endpoint] == host { listeners[endpoint] = nil }
    }

    /// From now on others see that source where the node sends; nil: its own again.
    mutating func rewriteSource(of host: Int, as endpoint: Endpoint?) {
        if let old = rewritten.removeValue(forKey: host) { behindRouter[old] = nil }
        guard let endpoint else { return }
        rewritten[host] = endpoint
        behindRouter[endpoint] = host
    }

    func source(of host: Int, endpoint: Endpoint) -> Endpoint { rewritten[host] ?? endpoint }

    // MARK: Datagrams

    mutating func depart(_ datagram: InFlight) -> Int32 {
        underWay += 1
        if let place = freePlaces.popLast() {
            inFlight[Int(place)] = datagram
            return place
        }
        inFlight.append(datagram)
        return Int32(inFlight.count - 1)
    }

    mutating func arrive(_ place: Int32) -> InFlight? {
        defer {
            inFlight[Int(place)] = nil
            freePlaces.append(place)
            underWay -= 1
        }
        return inFlight[Int(place)]
    }

    /// A buffer of a datagram's that has arrived, with what it held.
    mutating func takeBuffer() -> [UInt8] { buffers.popLast() ?? [] }

    mutating func recycle(_ buffer: consuming [UInt8]) {
        if buffers.count < 256 { buffers.append(buffer) }
    }
}

/// What a link decided about one datagram.
enum Passage {
    case lost
    /// When it arrives, and when its copy does.
    case arrives(Instant, copy: Instant?)
}

extension World {
    /// Draws what becomes of a datagram on a link.
    func passage(_ bytes: Int, from sender: Int, to receiver: Int) -> Passage {
        let rules = network.links.rules(from: sender, to: receiver)
        guard !rules.isCut, !rules.blocksDatagrams else {
            coverage.meet(.datagramCut)
            return .lost
        }
        guard !rules.loss.happens(&random) else {
            coverage.meet(.datagramLost)
            return .lost
        }
        var departs = now.nanoseconds
        if rules.bandwidth > 0 {
            guard
                let end = network.links.depart(
                    bytes,
                    from: sender,
                    to: receiver,
                    bandwidth: rules.bandwidth,
                    at: departs
                )
            else {
                coverage.meet(.linkOverflowed)
                return .lost
            }
            departs = end
        }
        let arrival = Instant(nanoseconds: departs + delay(rules))
        guard rules.duplication.happens(&random) else { return .arrives(arrival, copy: nil) }
        coverage.meet(.datagramDuplicated)
        return .arrives(arrival, copy: Instant(nanoseconds: departs + delay(rules)))
    }

    /// How long the way takes, with nothing in front.
    func delay(_ rules: LinkRules) -> Int64 {
        var delay = rules.latency + random.below(rules.jitter)
        if rules.tailChance.happens(&random) {
            delay += random.below(rules.tail)
            coverage.meet(.datagramLate)
        }
        if rules.reordering.happens(&random) {
            delay += random.below(10 * rules.latency)
            coverage.meet(.datagramReordered)
        }
        return delay
    }

    /// Sends a datagram over the network.
    func transmit(_ bytes: borrowing [UInt8], from sender: Host, to destination: Endpoint) {
        sender.traffic.datagramsSent += 1
        sender.traffic.datagramBytesSent += bytes.count
        let source = network.source(of: sender.index, endpoint: sender.endpoint)
        guard let receiver = network.listener(at: destination) else {
            coverage.meet(.addressUnknown)
            return
        }
        carry(bytes, from: sender.index, source: source, to: receiver)
    }

    /// Puts a datagram on its way, twice where the link does so.
    func carry(_ bytes: borrowing [UInt8], from sender: Int, source: Endpoint, to receiver: Int) {
        switch passage(bytes.count, from: sender, to: receiver) {
        case .lost:
            if showsFrames { observe(.lost(frame(copy bytes, peer: hosts[receiver].endpoint)), at: sender) }
        case .arrives(let first, let second):
            launch(bytes, from: sender, source: source, to: receiver, at: first)
            if let second { launch(bytes, from: sender, source: source, to: receiver, at: second) }
        }
    }

    private func launch(
        _ bytes: borrowing [UInt8],
        from sender: Int,
        source: Endpoint,
        to receiver: Int,
        at arrival: Instant
    ) {
        var buffer = network.takeBuffer()
        buffer.removeAll(keepingCapacity: true)
        buffer.append(contentsOf: copy bytes)
        let place = network.depart(
            InFlight(bytes: buffer, source: source, sender: sender, receiver: receiver)
        )
        events.plan(.datagram(place), at: arrival)
    }

    func frame(
        _ bytes: [UInt8],
        peer: Endpoint,
        plaintext: [UInt8] = [],
        isStream: Bool = false
    ) -> Frame {
        Frame(isStream: isStream, peer: peer, bytes: bytes, plaintext: plaintext)
    }
}
