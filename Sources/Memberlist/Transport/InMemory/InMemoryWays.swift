internal import MemberlistCore
internal import MemberlistWire

/// One direction between two places of the network.
struct InMemoryWay: Hashable, Sendable {
    let from: Endpoint
    let to: Endpoint
}

/// Who is where in the network, and what lies between.
struct InMemoryWays: Sendable {
    private struct Place {
        let receiver: any TransportReceiver
        let transport: ObjectIdentifier
    }

    var partitions: [Set<Endpoint>] = []
    var cuts: Set<InMemoryWay> = []
    /// Both ends of each.
    var streams: [ObjectIdentifier: InMemoryStream] = [:]
    private(set) var tally = InMemoryNetwork.Tally()
    private let seed: UInt64
    private var conditions: InMemoryNetwork.Conditions
    private var conditionsOfWays: [InMemoryWay: InMemoryNetwork.Conditions] = [:]
    private var randoms: [InMemoryWay: ProtocolRandom] = [:]
    private var places: [Endpoint: Place] = [:]
    private var lastHost: UInt32 = 0
    private var flying = 0

    private static let whole: Int64 = 1_000_000
    /// Datagrams on their way at once; more are lost.
    private static let mostFlying = 65_536

    init(seed: UInt64, conditions: InMemoryNetwork.Conditions) {
        self.seed = seed
        self.conditions = conditions
    }

    mutating func nextEndpoint() -> Endpoint {
        lastHost += 1
        return Endpoint(address: IPAddress(ipv4: 10 << 24 | lastHost & 0xff_ffff), port: 7946)
    }

    // MARK: Places

    mutating func add(
        _ receiver: any TransportReceiver,
        at endpoint: Endpoint,
        of transport: ObjectIdentifier
    )
        -> Bool
    {
        guard places[endpoint] == nil else { return false }
        places[endpoint] = Place(receiver: receiver, transport: transport)
        return true
    }

    /// - Returns: Its ends of streams, which are to be closed.
    mutating func remove(_ transport: ObjectIdentifier, at endpoint: Endpoint) -> [InMemoryStream] {
        guard places[endpoint]?.transport == transport else { return [] }
        places[endpoint] = nil
        return streams.values.filter { $0.local == endpoint }
    }

    // MARK: Ways

    mutating func setConditions(_ conditions: InMemoryNetwork.Conditions) {
        self.conditions = conditions
        conditionsOfWays = [:]
    }

    mutating func setConditions(_ conditions: InMemoryNetwork.Conditions, of way: InMemoryWay) {
        conditionsOfWays[way] = conditions
    }

    func isCut(_ way: InMemoryWay) -> Bool {
        cuts.contains(way) || partitions.contains { $0.contains(way.from) != $0.contains(way.to) }
    }

    mutating func delay(of way: InMemoryWay) -> Duration {
        let conditions = conditionsOfWays[way] ?? conditions
        let jitter = max(.zero, conditions.jitter).wholeNanoseconds
        guard jitter > 0 else { return max(.zero, conditions.delay) }
        return max(.zero, conditions.delay) + .nanoseconds(draw(way) { $0.below(jitter + 1) })
    }

    private mutating func draw<Result>(_ way: InMemoryWay, _ body: (inout ProtocolRandom) -> Result) -> Result
    {
        body(&randoms[way, default: ProtocolRandom(seed: Self.seed(seed, way))])
    }

    /// Another one for each way, so that what happens on one changes nothing on another.
    private static func seed(_ seed: UInt64, _ way: InMemoryWay) -> UInt64 {
        var mixed = seed
        for endpoint in [way.from, way.to] {
            for part in [endpoint.address.high, endpoint.address.low, UInt64(endpoint.port)] {
                var random = ProtocolRandom(seed: mixed ^ part)
                mixed = random.next()
            }
        }
        return mixed
    }

    // MARK: Datagrams

    /// How long a datagram takes; nil where it is lost.
    mutating func launch(over way: InMemoryWay) -> Duration? {
        tally.sent += 1
        let loss = (conditionsOfWays[way] ?? conditions).loss
        let share = Int64((min(max(loss.isNaN ? 0 : loss, 0), 1) * Double(Self.whole)).rounded())
        let isLost = draw(way) { $0.below(Self.whole) } < share
        let delay = delay(of: way)
        guard !isLost, !isCut(way), flying < Self.mostFlying else {
            tally.lost += 1
            return nil
        }
        flying += 1
        return delay
    }

    /// Who gets it; nil where it is lost after all.
    mutating func land(over way: InMemoryWay) -> (any TransportReceiver)? {
        flying -= 1
        guard let place = places[way.to] else {
            tally.lost += 1
            return nil
        }
        return place.receiver
    }

    // MARK: Streams

    /// Who accepts the stream; nil where nobody is there.
    mutating func join(_ near: InMemoryStream, _ far: InMemoryStream) -> (any TransportReceiver)? {
        guard places[near.local] != nil, let place = places[near.remote] else { return nil }
        for end in [near, far] { streams[ObjectIdentifier(end)] = end }
        return place.receiver
    }

    /// The ends of streams that cross what is cut.
    mutating func takeCutStreams() -> [InMemoryStream] {
        let cut = streams.values.filter { stream in
            isCut(InMemoryWay(from: stream.local, to: stream.remote))
                || isCut(InMemoryWay(from: stream.remote, to: stream.local))
        }
        for stream in cut { streams[ObjectIdentifier(stream)] = nil }
        return cut
    }
}
