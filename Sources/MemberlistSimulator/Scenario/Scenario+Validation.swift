internal import Memberlist
internal import MemberlistWire

extension Scenario {
    static let mostNodes = 100_000
    static let longest: Duration = .seconds(604_800)
    private static let shortestHold: Duration = .milliseconds(10)
    private static let longestName = 100

    /// Whether it can be run.
    ///
    /// - Throws: ``ScenarioError``, whose words say what to set.
    public func validate() throws(ScenarioError) {
        try check(
            !name.isEmpty && name.count <= Self.longestName,
            "name must have 1 to \(Self.longestName) letters"
        )
        try check(
            (1...Self.mostNodes).contains(nodes),
            "nodes must be from 1 to \(Self.mostNodes); it is \(nodes)"
        )
        try check(
            length >= .milliseconds(1) && length <= Self.longest,
            "seconds must be from 0.001 to a week's 604800, or minutes to 10080"
        )
        try ScenarioError.check(share: loss, "loss")
        try ScenarioError.check(share: duplication, "duplication")
        try ScenarioError.check(share: latency.tailProbability, "latency.tailProbability")
        try checkTimes()
        try check(label: label, "label")
        for (index, partition) in partitions.enumerated() {
            let name = "partitions[\(index)]"
            try checkBegin(partition.at, name)
            try checkTime(partition.lasts, "\(name).for")
            switch partition.side {
            case .some(let choice): try check(choice, "\(name).side", name)
            case .islands(let count):
                try check(
                    (2...max(2, nodes)).contains(count),
                    "\(name).islands must be from 2 to the number of nodes; it is \(count)"
                )
                try check(
                    !partition.oneWay,
                    "\(name): islands hear each other in no direction: leave oneWay out"
                )
            }
        }
        for (index, crash) in crashes.enumerated() {
            let name = "crashes[\(index)]"
            try checkBegin(crash.at, name)
            try check(crash.who, "\(name).nodes", name)
            try checkTime(crash.every, "\(name).every")
            try checkTime(crash.restartAfter ?? .zero, "\(name).restartAfter")
        }
        for (index, slowness) in slow.enumerated() {
            let name = "slow[\(index)]"
            try checkBegin(slowness.at, name)
            try check(slowness.who, "\(name).nodes", name)
            try checkTime(slowness.lasts, "\(name).for")
            try checkHold(slowness.held, "\(name).held")
            try checkHold(slowness.free, "\(name).free")
        }
        try checkRollouts()
    }

    private func checkTimes() throws(ScenarioError) {
        try checkTime(latency.shortest, "latency.milliseconds")
        try checkTime(latency.jitter, "latency.jitter")
        try checkTime(latency.tail, "latency.tail")
        if let rejoin {
            try check(
                rejoin >= .seconds(1) && rejoin <= Self.longest,
                "rejoin must be 1 second or more; it is \(rejoin.shortText)"
            )
        }
        if case .over(let time) = joins {
            try check(
                time > .zero && time < length,
                "joins take \(time.shortText) and the scenario ends after \(length.shortText): "
                    + "set minutes to more, or joins to less"
            )
        }
    }

    private func check(label: String, _ name: String) throws(ScenarioError) {
        var configuration = MemberlistConfiguration(name: NodeName(self.name))
        configuration.label = label
        do {
            try configuration.validate()
        } catch {
            throw ScenarioError("\(name): \(error)")
        }
    }

    private func checkRollouts() throws(ScenarioError) {
        for (index, rollout) in rollouts.enumerated() {
            let name = "rollouts[\(index)]"
            try checkBegin(rollout.at, name)
            try checkTime(rollout.away, "\(name).away")
            try checkTime(rollout.every, "\(name).every")
            if case .label(let label) = rollout.target { try check(label: label, "\(name).label") }
        }
        var setting = firstSetting
        for rollout in rolloutsInOrder {
            guard let last = setting.rounds(to: rollout.target).last, last != setting else {
                throw ScenarioError(
                    "rollouts: by \(rollout.at.shortText) the cluster has \(rollout.target) already"
                )
            }
            setting = last
        }
    }

    private func check(_ holds: Bool, _ message: @autoclosure () -> String) throws(ScenarioError) {
        guard holds else { throw ScenarioError(message()) }
    }

    private func checkTime(_ time: Duration, _ name: String) throws(ScenarioError) {
        try check(time >= .zero && time <= Self.longest, "\(name) must be from nothing to a week")
    }

    private func checkHold(_ time: Duration, _ name: String) throws(ScenarioError) {
        try check(
            time >= Self.shortestHold && time <= Self.longest,
            "\(name) must be 0.01 seconds or more; it is \(time.shortText)"
        )
    }

    private func checkBegin(_ at: Duration, _ name: String) throws(ScenarioError) {
        try check(
            at >= .zero && at < length,
            "\(name) begins at \(at.shortText) and the scenario ends after \(length.shortText): "
                + "set minutes to more, or at to less"
        )
    }

    private func check(_ choice: Choice, _ key: String, _ name: String) throws(ScenarioError) {
        switch choice {
        case .nodes(let numbers):
            try check(!numbers.isEmpty, "\(key) names nobody: write node numbers, such as [0, 1]")
            for number in numbers where !(0..<nodes).contains(number) {
                throw ScenarioError(
                    "\(key) names node \(number): with \(nodes) nodes they go from 0 to \(nodes - 1)"
                )
            }
        case .count(let count):
            try check(
                (1...nodes).contains(count),
                "\(name).count must be from 1 to the number of nodes, \(nodes); it is \(count)"
            )
        case .share(let share): try ScenarioError.check(share: share, "\(name).share")
        }
    }
}
