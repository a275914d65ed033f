internal import Memberlist
internal import MemberlistWire

extension Scenario {
    /// Moves the running cluster to another setting, one node after another: each leaves and comes back at its
    /// address with the next round's setting, in three rounds in which all that run always read all that is sent.
    public struct Rollout: Sendable, Hashable {
        /// When the first node leaves at the earliest, since the start.
        public var at: Duration
        /// What the cluster moves to.
        public var target: Target
        /// How long a node is away.
        public var away: Duration
        /// Time from a node's return until the next one leaves, at the least: that one waits until all that run agree
        /// on who does, as an operator who looks.
        public var every: Duration

        /// What a cluster moves to.
        public enum Target: Sendable, Hashable {
            /// That label; empty: none.
            case label(String)
            /// Sealed traffic, or plaintext.
            case encryption(Bool)
        }

        /// Moves the cluster.
        public init(
            at: Duration,
            to target: Target,
            away: Duration = .seconds(1),
            every: Duration = .seconds(1)
        ) {
            self.at = at
            self.target = target
            self.away = away
            self.every = every
        }
    }
}

/// What a roll-out changes of a node's configuration.
struct RolloutSetting: Hashable {
    var label = ""
    var acceptedLabels: [String] = []
    var hasKey = true
    var verifiesIncoming = true
    var verifiesOutgoing = true

    /// The settings of the rounds that lead to the target: whatever is sent in a round is read in the one before.
    func rounds(to target: Scenario.Rollout.Target) -> [RolloutSetting] {
        var rounds = [self, self, self]
        switch target {
        case .label(let new):
            rounds[0].acceptedLabels = [new]
            (rounds[1].label, rounds[1].acceptedLabels) = (new, [label])
            rounds[2].label = new
        case .encryption(let isWanted):
            let readsBoth = isWanted ? 0 : 1
            for round in 0...1 {
                rounds[round].hasKey = true
                rounds[round].verifiesIncoming = false
                rounds[round].verifiesOutgoing = round != readsBoth
            }
            rounds[2].hasKey = isWanted
        }
        return rounds
    }

    /// Sets what a machine's next process is started with.
    func apply(to host: Host, key: SecretKey?) {
        host.configuration.label = label
        host.configuration.acceptedLabels = acceptedLabels
        host.configuration.verifiesIncoming = verifiesIncoming
        host.configuration.verifiesOutgoing = verifiesOutgoing
        host.keys = hasKey ? key.map { [$0] } ?? [] : []
    }
}

/// One node's turn in a roll-out.
struct RolloutTurn: Hashable {
    let node: Int
    /// Counted from 0.
    let round: Int
    let setting: RolloutSetting
    let rollout: Scenario.Rollout
    /// Whether it is the roll-out's last.
    let isLast: Bool
}

extension Scenario.Rollout.Target: CustomStringConvertible {
    /// In words.
    public var description: String {
        switch self {
        case .label(let label): label.isEmpty ? "no label" : "the label \(label)"
        case .encryption(let isWanted): isWanted ? "encryption" : "plaintext"
        }
    }
}

extension Scenario {
    /// What all nodes are first started with.
    var firstSetting: RolloutSetting { RolloutSetting(label: label, hasKey: encrypted) }

    /// Equal times keep the order that they were written in.
    var rolloutsInOrder: [Rollout] {
        rollouts.enumerated().sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }.map(
            \.element
        )
    }
}

extension Scenario.Rollout: Codable {
    /// Reads `at`, one of `label` and `encrypted`, `away` and `every`.
    public init(from decoder: any Decoder) throws {
        let object = try StrictObject(decoder, keys: ["at", "label", "encrypted", "away", "every"])
        let at = try object.required("at", "\"at\": 20, in seconds")
        switch (try object.text("label"), try object.flag("encrypted")) {
        case (let label?, nil): self.init(at: at, to: .label(label))
        case (nil, let isWanted?): self.init(at: at, to: .encryption(isWanted))
        case (nil, nil):
            throw ScenarioError(
                "\(object.name("label")) is missing: write \"label\": \"blue\" or \"encrypted\": true"
            )
        default:
            throw ScenarioError(
                "of \(object.name("label")) and encrypted only one can be given: a move changes one thing"
            )
        }
        away = try object.time("away") ?? away
        every = try object.time("every") ?? every
    }

    /// Writes what it reads.
    public func encode(to encoder: any Encoder) throws {
        var object = encoder.container(keyedBy: StrictObject.Key.self)
        try object.put(time: at, "at")
        switch target {
        case .label(let label): try object.put(label, "label")
        case .encryption(let isWanted): try object.put(isWanted, "encrypted")
        }
        try object.put(time: away, "away")
        try object.put(time: every, "every")
    }
}
