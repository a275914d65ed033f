internal import MemberlistCore
internal import MemberlistWire

/// What happens next to a stream.
enum StreamStep: UInt8, Sendable {
    /// The dialler's request to connect arrives, or is tried again.
    case connect
    /// The next piece leaves, or is tried again.
    case sendRequest, sendReply
    /// A piece arrives.
    case request, reply
    /// The dialler learns that nobody takes the stream, or that the other side closed it.
    case refused, closed
    /// The dialler's time is over.
    case deadline
    /// The acceptor's time to hear something that authenticates is over.
    case silence
}

/// One stream: a request, and at most one answer.
final class SimulatedStream {
    enum Purpose {
        case exchange(ExchangeID)
        case ping(sequence: UInt32)
        case message
        /// Somebody who has no business here.
        case hostile
    }

    /// Bytes that go one way, in pieces.
    struct Flow {
        var bytes: [UInt8] = []
        var sent = 0
        var arrived = 0
        /// The size of the piece that is under way.
        var piece = 0
        var attempts = 0
    }

    let purpose: Purpose
    /// The dialler; -1 for somebody who is no node.
    let dialer: Int
    let dialerLaunch: Int
    let source: Endpoint
    let destination: Endpoint
    var acceptor = -1
    var acceptorLaunch = 0
    /// What the acceptor's core calls it while it asks for a state.
    var acceptorID: StreamID?
    var request = Flow()
    var reply = Flow()
    var requestOpener: StreamOpener
    var replyOpener: StreamOpener
    /// After how many bytes of both ways the stream breaks; nil: never.
    var breaksAfter: Int?
    var attempts = 0
    var isConnected = false
    /// Whether somebody sends a recorded request again: that one does authenticate.
    var isReplay = false
    var isAnswered = false

    init(
        purpose: Purpose,
        dialer: Int,
        dialerLaunch: Int,
        source: Endpoint,
        destination: Endpoint,
        request: [UInt8],
        requestOpener: consuming StreamOpener,
        replyOpener: consuming StreamOpener
    ) {
        self.purpose = purpose
        self.dialer = dialer
        self.dialerLaunch = dialerLaunch
        self.source = source
        self.destination = destination
        self.request.bytes = request
        self.requestOpener = requestOpener
        self.replyOpener = replyOpener
    }
}

/// The streams that are open. A place that is used again has another generation.
struct StreamTable {
    private var streams: [SimulatedStream?] = []
    private var generations: [UInt32] = []
    private var freePlaces: [Int32] = []
    private(set) var count = 0

    mutating func add(_ stream: SimulatedStream) -> StreamPlace {
        count += 1
        if let place = freePlaces.popLast() {
            streams[Int(place)] = stream
            return StreamPlace(index: place, generation: generations[Int(place)])
        }
        streams.append(stream)
        generations.append(0)
        return StreamPlace(index: Int32(streams.count - 1), generation: 0)
    }

    func find(_ place: StreamPlace) -> SimulatedStream? {
        guard generations[Int(place.index)] == place.generation else { return nil }
        return streams[Int(place.index)]
    }

    mutating func remove(_ place: StreamPlace) {
        guard find(place) != nil else { return }
        count -= 1
        streams[Int(place.index)] = nil
        generations[Int(place.index)] &+= 1
        freePlaces.append(place.index)
    }

    /// Whether that host waits for the answer of an exchange.
    func hasExchange(dialledBy host: Int) -> Bool {
        places(of: host).contains { place in
            guard let stream = find(place), stream.dialer == host, case .exchange = stream.purpose else {
                return false
            }
            return true
        }
    }

    /// The open streams in which a host takes part.
    func places(of host: Int) -> [StreamPlace] {
        guard count > 0 else { return [] }
        return streams.indices.compactMap { index in
            guard let stream = streams[index], stream.dialer == host || stream.acceptor == host else {
                return nil
            }
            return StreamPlace(index: Int32(index), generation: generations[index])
        }
    }

    /// The stream that the acceptor's core knows under that number.
    func place(of id: StreamID, acceptor: Int) -> StreamPlace? {
        for index in streams.indices {
            guard let stream = streams[index], stream.acceptor == acceptor, stream.acceptorID == id else {
                continue
            }
            return StreamPlace(index: Int32(index), generation: generations[index])
        }
        return nil
    }
}

/// Where a stream is found, while it is the same one.
struct StreamPlace: Hashable {
    let index: Int32
    let generation: UInt32
}
