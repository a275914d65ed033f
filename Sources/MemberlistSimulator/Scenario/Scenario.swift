/// A cluster, a network, and what goes wrong when: enough to run it again anywhere.
///
/// Every value has a default, so `Scenario()` is sixteen calm nodes for a minute. ``named(_:)`` finds one that is
/// ready made, and ``init(json:)`` reads one that somebody wrote.
public struct Scenario: Sendable, Hashable {
    /// What it is called.
    public var name = "scenario"
    /// What it shows, in a line.
    public var summary = ""
    /// How many nodes there are: 1 to 100,000.
    public var nodes = 16
    /// How much virtual time passes.
    public var length: Duration = .seconds(60)
    /// How many of all datagrams are lost, 0 to 1.
    public var loss = 0.0
    /// How long datagrams take.
    public var latency = Latency()
    /// How many of all datagrams arrive twice, 0 to 1.
    public var duplication = 0.0
    /// When links are cut.
    public var partitions: [Partition] = []
    /// When processes end without a word.
    public var crashes: [Crash] = []
    /// When processes are slow.
    public var slow: [Slowness] = []
    /// When the cluster moves to another setting while it runs, one move after another.
    public var rollouts: [Rollout] = []
    /// The timing of all nodes.
    public var profile = Profile.lan
    /// The cluster's label, until it moves to another; empty: none.
    public var label = ""
    /// Whether all traffic is sealed, with a key that every simulation has, until the cluster moves.
    public var encrypted = true
    /// When the nodes join.
    public var joins = Joins.allAtOnce
    /// How often a node that has lost the first one that runs joins through it again, as an agent does that discovers
    /// its peers; nil: never. Halves that lost each other find each other without it too, some time later.
    public var rejoin: Duration?
    /// The seed it runs with where no other is said; nil: one is drawn.
    public var seed: UInt64?

    /// Sixteen nodes in a good network for a minute.
    public init() {}

    /// How long a datagram takes, drawn for each.
    public struct Latency: Sendable, Hashable {
        /// At least that.
        public var shortest: Duration = .microseconds(500)
        /// Up to that much more.
        public var jitter: Duration = .microseconds(500)
        /// How many of all take up to ``tail`` longer, 0 to 1.
        public var tailProbability = 0.0
        /// How much longer those take at most.
        public var tail: Duration = .zero

        /// A good local network.
        public init() {}
    }

    /// Links that are cut for some time.
    public struct Partition: Sendable, Hashable {
        /// When, since the start.
        public var at: Duration
        /// For how long.
        public var lasts: Duration
        /// Who is cut off from all others.
        public var side: Side
        /// Whether nothing passes from the side to the others, while the other way it does.
        public var oneWay: Bool

        /// Who is cut off from whom.
        public enum Side: Sendable, Hashable {
            /// These from all others.
            case some(Choice)
            /// All nodes fall into so many groups that do not hear each other.
            case islands(Int)
        }

        /// Cuts a side off from all others.
        public init(at: Duration, lasts: Duration, side: Side, oneWay: Bool = false) {
            self.at = at
            self.lasts = lasts
            self.side = side
            self.oneWay = oneWay
        }
    }

    /// Processes that end without a word.
    public struct Crash: Sendable, Hashable {
        /// When the first does, since the start.
        public var at: Duration
        /// Whose.
        public var who: Choice
        /// Time between one and the next; zero: all at one moment.
        public var every: Duration
        /// How long each machine takes until a new process joins; nil: none does.
        public var restartAfter: Duration?

        /// Ends some processes.
        public init(at: Duration, who: Choice, every: Duration = .zero, restartAfter: Duration? = nil) {
            self.at = at
            self.who = who
            self.every = every
            self.restartAfter = restartAfter
        }
    }

    /// Processes whose messages are held in both directions now and again while their timers run: Lifeguard's
    /// picture of a node without enough of a processor.
    public struct Slowness: Sendable, Hashable {
        /// When it begins, since the start.
        public var at: Duration
        /// For how long.
        public var lasts: Duration
        /// Who is slow.
        public var who: Choice
        /// How long messages are held.
        public var held: Duration
        /// How long they flow until they are held again.
        public var free: Duration

        /// Slows some processes down.
        public init(at: Duration, lasts: Duration, who: Choice, held: Duration, free: Duration) {
            self.at = at
            self.lasts = lasts
            self.who = who
            self.held = held
            self.free = free
        }
    }

    /// Some of all nodes.
    public enum Choice: Sendable, Hashable {
        /// These, by number.
        case nodes([Int])
        /// So many, drawn by the seed.
        case count(Int)
        /// That share of all, 0 to 1, drawn by the seed.
        case share(Double)
    }

    /// The presets of timing, HashiCorp's.
    public enum Profile: String, Sendable, Hashable, CaseIterable {
        /// A local network.
        case lan
        /// Members far apart.
        case wan
        /// Members on one machine.
        case local
    }

    /// When the nodes join.
    public enum Joins: Sendable, Hashable {
        /// All at the first moment, through one node.
        case allAtOnce
        /// One after another, evenly within that time.
        case over(Duration)
    }
}

/// What is wrong with a scenario, and what to write instead.
public struct ScenarioError: Error, Sendable, Hashable, CustomStringConvertible {
    /// In a sentence, for a person.
    public let message: String

    init(_ message: String) {
        self.message = message
    }

    static func check(share: Double, _ name: String) throws(ScenarioError) {
        guard !(0...1).contains(share) else { return }
        throw ScenarioError("\(name) must be from 0 to 1, such as 0.1 for a tenth; it is \(share)")
    }

    /// The sentence.
    public var description: String { message }
}
