#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

extension Scenario {
    /// Reads a scenario that somebody wrote: one JSON object.
    ///
    /// - Throws: ``ScenarioError`` where it is not JSON, has a key that nobody knows, or a value that cannot be.
    public init(json: some Collection<UInt8>) throws(ScenarioError) {
        do {
            self = try JSONDecoder().decode(Scenario.self, from: Data(json))
        } catch let error as ScenarioError {
            throw error
        } catch {
            throw ScenarioError("this is not JSON with one object in it, {...}")
        }
        try validate()
    }
}

extension Scenario: Codable {
    /// Every key of the outermost object.
    static let keys = [
        "name", "summary", "nodes", "minutes", "seconds", "loss", "latency", "duplication", "partitions",
        "crashes", "slow", "rollouts", "profile", "label", "encrypted", "joins", "rejoin", "seed",
    ]

    /// Reads what ``init(json:)`` reads, and checks each value for itself; ``validate()`` checks them together.
    public init(from decoder: any Decoder) throws {
        self.init()
        let object = try StrictObject(decoder, keys: Self.keys)
        name = try object.text("name") ?? name
        summary = try object.text("summary") ?? summary
        nodes = try object.count("nodes") ?? nodes
        let minutes = try object.time("minutes", in: .minutes)
        let seconds = try object.time("seconds")
        if minutes != nil, seconds != nil {
            throw ScenarioError("minutes and seconds are both given: keep one")
        }
        length = minutes ?? seconds ?? length
        loss = try object.share("loss") ?? loss
        latency = try object.value("latency", "an object") ?? latency
        duplication = try object.share("duplication") ?? duplication
        partitions = try object.value("partitions", "a list of objects") ?? partitions
        crashes = try object.value("crashes", "a list of objects") ?? crashes
        slow = try object.value("slow", "a list of objects") ?? slow
        rollouts = try object.value("rollouts", "a list of objects") ?? rollouts
        profile = try object.value("profile", "\"lan\", \"wan\" or \"local\"") ?? profile
        label = try object.text("label") ?? label
        encrypted = try object.flag("encrypted") ?? encrypted
        joins = try object.value("joins", Joins.words) ?? joins
        rejoin = try object.time("rejoin")
        seed = try object.value("seed", "a whole number, 0 or more")
    }

    /// Writes what ``init(json:)`` reads.
    public func encode(to encoder: any Encoder) throws {
        var object = encoder.container(keyedBy: StrictObject.Key.self)
        try object.put(name, "name")
        if !summary.isEmpty { try object.put(summary, "summary") }
        try object.put(nodes, "nodes")
        let isWhole = length.nanoseconds % 60_000_000_000 == 0
        try object.put(
            (isWhole ? TimeUnit.minutes : .seconds).number(length),
            isWhole ? "minutes" : "seconds"
        )
        try object.put(loss, "loss")
        try object.put(latency, "latency")
        try object.put(duplication, "duplication")
        try object.put(partitions, "partitions")
        try object.put(crashes, "crashes")
        try object.put(slow, "slow")
        try object.put(rollouts, "rollouts")
        try object.put(profile, "profile")
        try object.put(label, "label")
        try object.put(encrypted, "encrypted")
        try object.put(joins, "joins")
        if let rejoin { try object.put(time: rejoin, "rejoin") }
        if let seed { try object.put(seed, "seed") }
    }
}

extension KeyedEncodingContainer<StrictObject.Key> {
    mutating func put(_ value: some Encodable, _ key: String) throws {
        try encode(value, forKey: StrictObject.Key(stringValue: key))
    }

    mutating func put(time: Duration, _ key: String, in unit: TimeUnit = .seconds) throws {
        try put(unit.number(time), key)
    }

    mutating func put(_ choice: Scenario.Choice, nodes key: String) throws {
        switch choice {
        case .nodes(let nodes): try put(nodes, key)
        case .count(let count): try put(count, "count")
        case .share(let share): try put(share, "share")
        }
    }
}

extension StrictObject {
    func required(_ key: String, _ example: String) throws -> Duration {
        guard let time = try time(key) else {
            throw ScenarioError("\(name(key)) is missing: write \(example)")
        }
        return time
    }

    /// Whom a crash or a slowness hits.
    fileprivate func who() throws -> Scenario.Choice {
        guard let who = try choice(nodes: "nodes") else {
            throw ScenarioError(
                "\(name("nodes")) is missing: write \"nodes\": [3], \"count\": 1 or \"share\": 0.5"
            )
        }
        return who
    }

    /// The one of the keys that is there.
    fileprivate func choice(nodes key: String) throws -> Scenario.Choice? {
        let nodes: [Int]? = try value(key, "a list of node numbers, such as [0, 1]")
        let count = try count("count")
        let share = try share("share")
        switch (nodes, count, share) {
        case (let nodes?, nil, nil): return .nodes(nodes)
        case (nil, let count?, nil): return .count(count)
        case (nil, nil, let share?): return .share(share)
        case (nil, nil, nil): return nil
        default: throw ScenarioError("of \(name(key)), count and share only one can be given")
        }
    }
}

extension Scenario.Latency: Codable {
    /// Reads `milliseconds`, `jitter` and `tail`, all in milliseconds, and `tailProbability`.
    public init(from decoder: any Decoder) throws {
        self.init()
        let object = try StrictObject(decoder, keys: ["milliseconds", "jitter", "tailProbability", "tail"])
        shortest = try object.time("milliseconds", in: .milliseconds) ?? shortest
        jitter = try object.time("jitter", in: .milliseconds) ?? jitter
        tailProbability = try object.share("tailProbability") ?? tailProbability
        tail = try object.time("tail", in: .milliseconds) ?? tail
    }

    /// Writes all four.
    public func encode(to encoder: any Encoder) throws {
        var object = encoder.container(keyedBy: StrictObject.Key.self)
        try object.put(time: shortest, "milliseconds", in: .milliseconds)
        try object.put(time: jitter, "jitter", in: .milliseconds)
        try object.put(tailProbability, "tailProbability")
        try object.put(time: tail, "tail", in: .milliseconds)
    }
}

extension Scenario.Partition: Codable {
    /// Reads `at`, `for`, `oneWay`, and one of `side`, `count`, `share` and `islands`.
    public init(from decoder: any Decoder) throws {
        let keys = ["at", "for", "side", "count", "share", "islands", "oneWay"]
        let object = try StrictObject(decoder, keys: keys)
        let choice = try object.choice(nodes: "side")
        let side: Side
        switch (choice, try object.count("islands")) {
        case (let choice?, nil): side = .some(choice)
        case (nil, let islands?): side = .islands(islands)
        case (nil, nil):
            throw ScenarioError(
                "\(object.name("side")) is missing: write \"side\": [0, 1], \"share\": 0.5 or \"islands\": 3"
            )
        default: throw ScenarioError("\(object.name("islands")) says already who is cut off: keep it alone")
        }
        self.init(
            at: try object.required("at", "\"at\": 20, in seconds"),
            lasts: try object.required("for", "\"for\": 20, in seconds"),
            side: side,
            oneWay: try object.flag("oneWay") ?? false
        )
    }

    /// Writes what it reads.
    public func encode(to encoder: any Encoder) throws {
        var object = encoder.container(keyedBy: StrictObject.Key.self)
        try object.put(time: at, "at")
        try object.put(time: lasts, "for")
        switch side {
        case .some(let choice): try object.put(choice, nodes: "side")
        case .islands(let count): try object.put(count, "islands")
        }
        try object.put(oneWay, "oneWay")
    }
}

extension Scenario.Crash: Codable {
    /// Reads `at`, one of `nodes`, `count` and `share`, `every` and `restartAfter`.
    public init(from decoder: any Decoder) throws {
        let keys = ["at", "nodes", "count", "share", "every", "restartAfter"]
        let object = try StrictObject(decoder, keys: keys)
        self.init(
            at: try object.required("at", "\"at\": 20, in seconds"),
            who: try object.who(),
            every: try object.time("every") ?? .zero,
            restartAfter: try object.time("restartAfter")
        )
    }

    /// Writes what it reads.
    public func encode(to encoder: any Encoder) throws {
        var object = encoder.container(keyedBy: StrictObject.Key.self)
        try object.put(time: at, "at")
        try object.put(who, nodes: "nodes")
        try object.put(time: every, "every")
        if let restartAfter { try object.put(time: restartAfter, "restartAfter") }
    }
}

extension Scenario.Slowness: Codable {
    /// Reads `at`, `for`, one of `nodes`, `count` and `share`, `held` and `free`.
    public init(from decoder: any Decoder) throws {
        let keys = ["at", "for", "nodes", "count", "share", "held", "free"]
        let object = try StrictObject(decoder, keys: keys)
        self.init(
            at: try object.required("at", "\"at\": 20, in seconds"),
            lasts: try object.required("for", "\"for\": 20, in seconds"),
            who: try object.who(),
            held: try object.required("held", "\"held\": 4, in seconds"),
            free: try object.required("free", "\"free\": 0.5, in seconds")
        )
    }

    /// Writes what it reads.
    public func encode(to encoder: any Encoder) throws {
        var object = encoder.container(keyedBy: StrictObject.Key.self)
        try object.put(time: at, "at")
        try object.put(time: lasts, "for")
        try object.put(who, nodes: "nodes")
        try object.put(time: held, "held")
        try object.put(time: free, "free")
    }
}

extension Scenario.Profile: Codable {}

extension Scenario.Joins: Codable {
    static let words = "\"all at once\", or a number of seconds over which the nodes join"
    private static let atOnce = "all at once"

    /// Reads `"all at once"` or a number of seconds.
    public init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if let text = try? value.decode(String.self) {
            guard text == Self.atOnce else { throw ScenarioError("joins must be \(Self.words)") }
            self = .allAtOnce
        } else if let time = TimeUnit.seconds.duration(try value.decode(Double.self)) {
            self = time == .zero ? .allAtOnce : .over(time)
        } else {
            throw ScenarioError("joins must be \(Self.words)")
        }
    }

    /// Writes what it reads.
    public func encode(to encoder: any Encoder) throws {
        var value = encoder.singleValueContainer()
        switch self {
        case .allAtOnce: try value.encode(Self.atOnce)
        case .over(let time): try value.encode(TimeUnit.seconds.number(time))
        }
    }
}
