/// What came of one partition.
public struct PartitionOutcome: Sendable, Hashable {
    /// How many nodes the cluster had.
    public let nodes: Int
    /// What was cut.
    public let shape: PartitionShape
    /// For how long.
    public let length: Duration
    /// How long after the heal all agreed, with nothing done; nil where they did not.
    public let byItself: Duration?
    /// How many nodes joined another part then: one of each part that had been forgotten.
    public let joins: Int
    /// How long after those joins all agreed; nil where none was needed, or they did not.
    public let afterJoins: Duration?
    /// The hash of all that happened.
    public let history: String
}

extension PartitionOutcome: Codable {
    private enum CodingKeys: String, CodingKey {
        case nodes, shape, joins, history
        case length = "cutSeconds"
        case byItself = "agreedByThemselvesSeconds"
        case afterJoins = "agreedAfterJoinsSeconds"
    }

    /// Reads times in seconds.
    public init(from decoder: any Decoder) throws {
        let object = try decoder.container(keyedBy: CodingKeys.self)
        nodes = try object.decode(Int.self, forKey: .nodes)
        shape = try object.decode(PartitionShape.self, forKey: .shape)
        length = try object.decodeSeconds(forKey: .length)
        byItself = try object.decodeSecondsIfPresent(forKey: .byItself)
        joins = try object.decode(Int.self, forKey: .joins)
        afterJoins = try object.decodeSecondsIfPresent(forKey: .afterJoins)
        history = try object.decode(String.self, forKey: .history)
    }

    /// Writes times in seconds.
    public func encode(to encoder: any Encoder) throws {
        var object = encoder.container(keyedBy: CodingKeys.self)
        try object.encode(nodes, forKey: .nodes)
        try object.encode(shape, forKey: .shape)
        try object.encode(TimeUnit.seconds.number(length), forKey: .length)
        try object.encodeIfPresent(byItself.map(TimeUnit.seconds.number), forKey: .byItself)
        try object.encode(joins, forKey: .joins)
        try object.encodeIfPresent(afterJoins.map(TimeUnit.seconds.number), forKey: .afterJoins)
        try object.encode(history, forKey: .history)
    }
}

/// What came of a ``PartitionExperiment``.
public struct PartitionReport: Sendable, Hashable, Codable {
    /// What every draw began with.
    public let seed: UInt64
    /// Every partition.
    public let outcomes: [PartitionOutcome]

    /// What is tried more than once.
    private struct Case: Hashable {
        let length: Duration
        let shape: PartitionShape
        let nodes: Int

        init(_ outcome: PartitionOutcome) {
            length = outcome.length
            shape = outcome.shape
            nodes = outcome.nodes
        }
    }

    /// A table for people: times are the longest of all tries, in seconds.
    public var text: String {
        var table = TextTable([
            "cut", "for", "nodes", "agree by themselves", "after", "joins", "agree then", "after",
        ])
        var told = Set<Case>()
        for outcome in outcomes where told.insert(Case(outcome)).inserted {
            table.add(row(outcomes.filter { Case($0) == Case(outcome) }))
        }
        return "Partitions, seed \(seed)\n\n\(table.text)"
    }

    private func row(_ tries: [PartitionOutcome]) -> [String] {
        func longest(_ times: [Duration]) -> String { times.max().map(NumberText.seconds) ?? "-" }
        let (own, joined) = (tries.compactMap(\.byItself), tries.filter { $0.byItself == nil })
        return [
            tries[0].shape.title, tries[0].length.shortText, "\(tries[0].nodes)",
            "\(own.count) of \(tries.count)", longest(own),
            joined.map(\.joins).max().map { "\($0)" } ?? "-",
            joined.isEmpty ? "-" : "\(joined.compactMap(\.afterJoins).count) of \(joined.count)",
            longest(joined.compactMap(\.afterJoins)),
        ]
    }

    /// One JSON object.
    public func json() throws -> String { try ReportJSON.text(self) }
}
