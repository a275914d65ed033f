/// What a link does to what is sent over it, in one direction. Probabilities go from 0 to 1.
public struct LinkConditions: Sendable, Hashable {
    /// The shortest time from one node to the other.
    public var latency: Duration = .microseconds(500)
    /// Up to this much more, evenly drawn for each datagram.
    public var jitter: Duration = .microseconds(500)
    /// How often a datagram takes up to ``tail`` longer.
    public var tailProbability = 0.0
    /// How much longer those take at most.
    public var tail: Duration = .zero
    /// How often a datagram is lost. Streams send again what is lost, which takes time.
    public var loss = 0.0
    /// How often a datagram arrives twice.
    public var duplication = 0.0
    /// How often a datagram is held back so that later ones overtake it, by up to ten latencies.
    public var reordering = 0.0
    /// Bytes a second that pass; nil: any number. What would wait longer than a second is lost.
    public var bandwidth: Int?
    /// Nothing passes: neither datagrams nor what streams carry.
    public var isCut = false
    /// Datagrams do not pass, streams do: a firewall that blocks UDP.
    public var blocksDatagrams = false
    /// How often opening a stream is refused.
    public var streamRefusal = 0.0
    /// How often a stream is cut after some of its bytes.
    public var streamCut = 0.0

    /// A good local network: half a millisecond to one, nothing lost.
    public init() {}

    /// A good local network.
    public static let good = LinkConditions()

    /// A good local network that loses that share of all datagrams.
    public static func lossy(_ loss: Double) -> LinkConditions {
        var conditions = LinkConditions()
        conditions.loss = loss
        return conditions
    }

    /// A link on which nothing passes.
    public static let cut: LinkConditions = {
        var conditions = LinkConditions()
        conditions.isCut = true
        return conditions
    }()
}

/// The same in whole numbers, so that every machine draws alike.
struct LinkRules: Hashable, Sendable {
    var latency: Int64
    var jitter: Int64
    var tailChance: Chance
    var tail: Int64
    var loss: Chance
    var duplication: Chance
    var reordering: Chance
    var bandwidth: Int64
    var isCut: Bool
    var blocksDatagrams: Bool
    var streamRefusal: Chance
    var streamCut: Chance

    init(_ conditions: LinkConditions) {
        latency = max(1_000, conditions.latency.nanoseconds)
        jitter = max(0, conditions.jitter.nanoseconds)
        tailChance = Chance(conditions.tailProbability)
        tail = max(0, conditions.tail.nanoseconds)
        loss = Chance(conditions.loss)
        duplication = Chance(conditions.duplication)
        reordering = Chance(conditions.reordering)
        bandwidth = Int64(max(0, conditions.bandwidth ?? 0))
        isCut = conditions.isCut
        blocksDatagrams = conditions.blocksDatagrams
        streamRefusal = Chance(conditions.streamRefusal)
        streamCut = Chance(conditions.streamCut)
    }
}
