internal import Memberlist
internal import MemberlistCore
internal import MemberlistWire

/// What one seed of the swarm draws: a size, settings, links, and faults with their times.
struct SwarmPlan {
    struct Step {
        let at: Duration
        let fault: Fault
    }

    let seed: UInt64
    let nodes: Int
    let settings: SwarmSettings
    let network: LinkConditions
    /// Nothing is lost and nobody is held up, so no healthy node may be declared failed.
    let isExact: Bool
    let faultsEnd: Duration
    let steps: [Step]

    init(seed: UInt64) {
        // Apart from the world's own draws, so that a change of one does not move the other.
        var random = ProtocolRandom(seed: seed ^ 0x5EED_5EED_5EED_5EED)
        self.seed = seed
        nodes = Self.size(&random)
        isExact = random.below(5) == 0
        settings = SwarmSettings(nodes: nodes, isExact: isExact, &random)
        network = Self.network(isExact: isExact, settings, &random)
        let seconds = 20 + random.below(nodes > 48 ? 40 : 160)
        faultsEnd = .seconds(seconds)
        var timeline = SwarmTimeline(
            nodes: nodes,
            seconds: seconds,
            isExact: isExact,
            isEncrypted: settings.keyBytes > 0,
            allowsMoves: settings.allowsMoves
        )
        steps = timeline.draw(&random)
    }

    /// Small clusters have the rare paths and cost little; large ones have the load.
    private static func size(_ random: inout ProtocolRandom) -> Int {
        switch random.below(100) {
        case ..<50: 2 + random.below(5)
        case ..<80: 7 + random.below(10)
        case ..<95: 17 + random.below(32)
        default: 49 + random.below(80)
        }
    }

    private static func network(
        isExact: Bool,
        _ settings: SwarmSettings,
        _ random: inout ProtocolRandom
    ) -> LinkConditions {
        var conditions = LinkConditions()
        // An answer has to be there in time: a tenth of the time for it at most, one way.
        let most = max(2, settings.probeTimeout / 10_000)
        conditions.latency = .microseconds(50 + random.below(most))
        conditions.jitter = .microseconds(random.below(most))
        if random.below(3) == 0 { conditions.duplication = random.fraction(of: 0.1) }
        if random.below(3) == 0 { conditions.reordering = random.fraction(of: 0.1) }
        guard !isExact else { return conditions }
        if random.below(2) == 0 { conditions.loss = random.fraction(of: 0.15) }
        if random.below(3) == 0 {
            conditions.tailProbability = random.fraction(of: 0.02)
            conditions.tail = .milliseconds(random.below(3_000))
        }
        if random.below(6) == 0 { conditions.bandwidth = 20_000 + random.below(2_000_000) }
        if random.below(4) == 0 { conditions.streamRefusal = random.fraction(of: 0.3) }
        if random.below(4) == 0 { conditions.streamCut = random.fraction(of: 0.3) }
        return conditions
    }
}

extension SwarmPlan {
    /// What was drawn, for the first lines of a log.
    var lines: [String] {
        var lines = ["nodes \(nodes)\(isExact ? ", nothing lost: accuracy is exact" : "")"]
        lines.append("settings \(settings.text)")
        let links = network
        lines.append(
            "links latency \(links.latency) jitter \(links.jitter) loss \(links.loss) duplication "
                + "\(links.duplication) reordering \(links.reordering)"
        )
        lines.append("faults \(steps.count), until \(faultsEnd.clockText)")
        return lines
    }
}

extension ProtocolRandom {
    /// A share between nothing and the most, in thousandths of it.
    mutating func fraction(of most: Double) -> Double {
        most * Double(below(1_000)) / 1_000
    }

    /// Whether it happens, once in so many times.
    mutating func oneIn(_ count: Int) -> Bool { below(count) == 0 }
}
