import MemberlistCore
import MemberlistWire
import Testing

@testable import MemberlistSimulator

/// A cluster moves to another label, or onto encryption and back, while it runs, loses datagrams and talks.
@Suite struct RolloutScenarioTests {
    private static let names = ["label-rollout", "encryption-rollout"]

    /// What was wrong with a move, in words; empty: nothing.
    private func faults(_ scenario: Scenario, seed: UInt64, skipping round: Int? = nil) async throws
        -> [String]
    {
        // Whoever runs must not be declared failed by anybody, just returned or not.
        let judges = StandardJudges.all().filter { !($0 is AccuracyJudge) }
        let simulation = try ScenarioRunner(scenario, seed: seed)
            .simulation(judges: judges + [AccuracyJudge(isExact: true, settled: .zero)])
        simulation.world.sabotage.skipsRound = round
        let talk = Talk(simulation)
        let stage = ScenarioStage(simulation, scenario, ScenarioSchedule(scenario, seed: seed))
        await stage.run { _ in }
        stage.conclude()
        var faults = simulation.violations.map(\.description) + stage.report.notes + talk.faults
        if let disagreement = simulation.state.firstDisagreement { faults.append(disagreement) }
        for host in simulation.world.hosts {
            let turns = 1 + 3 * scenario.rollouts.count
            if host.launches != turns {
                faults.append("\(host.name) was started \(host.launches) times of \(turns)")
            }
        }
        simulation.world.end()
        return faults
    }

    @Test(
        "Trap 30: a cluster moves under loss, node by node, and nobody and no message is lost",
        arguments: names,
        1...4
    )
    func nobodyIsLost(name: String, seed: UInt64) async throws {
        let scenario = try #require(Scenario.named(name))
        let faults = try await faults(scenario, seed: seed)
        #expect(faults.isEmpty, "\(faults.prefix(5))")
    }

    @Test("Trap 30: a label under plaintext, and none at all, can be moved to as well") func otherMoves()
        async throws
    {
        let scenario = SmallRuns.scenario(seconds: 240) {
            $0.loss = 0.05
            $0.encrypted = false
            $0.rollouts = [
                .init(at: .seconds(10), to: .label("blue")), .init(at: .seconds(10), to: .label("")),
            ]
        }
        let faults = try await faults(scenario, seed: 1)
        #expect(faults.isEmpty, "\(faults.prefix(5))")
    }

    @Test("Trap 30: with a round left out the move goes wrong", arguments: names, 0...2)
    func noRoundCanBeLeftOut(name: String, round: Int) async throws {
        let scenario = try #require(Scenario.named(name))
        let faults = try await faults(scenario, seed: 1, skipping: round)
        // Without the last, which shuts the door behind the move, only somebody who counts sees it.
        #expect(faults.isEmpty == false)
        if round < 2 { #expect(faults.contains { $0.contains("that run are not alive to it") }, "\(faults)") }
    }

    @Test func theLastRoundLeavesNothingOfTheOldSetting() async throws {
        let green = RolloutSetting(label: "green")
        let rounds = green.rounds(to: .label("blue"))
        #expect(rounds.map(\.label) == ["green", "blue", "blue"])
        #expect(rounds.map(\.acceptedLabels) == [["blue"], ["green"], []])
        let plain = RolloutSetting(hasKey: false)
        let onto = plain.rounds(to: .encryption(true))
        #expect(onto.map(\.hasKey) == [true, true, true])
        #expect(onto.map(\.verifiesOutgoing) == [false, true, true])
        #expect(onto.map(\.verifiesIncoming) == [false, false, true])
        #expect(onto[2].rounds(to: .encryption(false)) == [onto[1], onto[0], plain])
    }
}

/// Applications that talk all the while: what one says while both run, the other hears.
private final class Talk {
    private struct Word {
        let payload: [UInt8]
        let at: Duration
        let sender: Int
        /// Nil: all.
        let receiver: Int?
    }

    private unowned let simulation: Simulation
    private var words: [Word] = []
    private var ticks = 0
    private var heard: [[UInt8]: Set<Int>] = [:]
    /// When each node left or came back.
    private var changes: [Int: [Duration]] = [:]

    /// What takes longer is lost: a stream may try again to connect, after one, two and four seconds.
    private static let patience = Duration.seconds(8)
    /// Who has just come back is not known to all yet.
    private static let settling = Duration.seconds(4)

    init(_ simulation: Simulation) {
        self.simulation = simulation
        simulation.observe { [unowned self] observation in
            switch observation.kind {
            case .message(let payload, _): heard[payload, default: []].insert(observation.node)
            case .process(.leaving), .process(.launched):
                changes[observation.node, default: []].append(observation.time)
            default: break
            }
        }
        next()
    }

    private func next() {
        let world = simulation.world
        world.plan(at: world.now.advanced(byNanoseconds: 500_000_000)) { [weak self] _ in
            self?.say()
            self?.next()
        }
    }

    private func say() {
        let count = simulation.nodes.count
        let number = ticks
        ticks += 1
        let sender = number % count
        let receiver = (sender + 1 + number / count % (count - 1)) % count
        guard simulation.time >= .seconds(5), simulation.state.isWell(sender) else { return }
        let payload = Array("word \(number)".utf8)
        let isForAll = (number + number / count) % 2 == 0
        words.append(
            Word(payload: payload, at: simulation.time, sender: sender, receiver: isForAll ? nil : receiver)
        )
        if isForAll {
            simulation[sender].broadcast(payload)
        } else {
            simulation[sender].sendReliably(payload, to: simulation[receiver])
        }
    }

    private func isUndisturbed(_ node: Int, _ time: Duration) -> Bool {
        let changes = changes[node] ?? []
        guard let last = changes.last(where: { $0 <= time }) else { return false }
        return time - last > Self.settling && !changes.contains { $0 > time && $0 <= time + Self.patience }
    }

    /// What was said to those who ran and was not heard, where it is more than a network that loses datagrams explains:
    /// of broadcasts it loses some, and now and then a stream gives up, which its sender is told.
    var faults: [String] {
        var (streamed, broadcast) = (Tally(), Tally())
        for word in words
        where word.at + Self.patience < simulation.time && isUndisturbed(word.sender, word.at) {
            let receivers = word.receiver.map { [$0] } ?? simulation.nodes.map(\.index)
            for receiver in receivers where receiver != word.sender && isUndisturbed(receiver, word.at) {
                let isHeard = heard[word.payload]?.contains(receiver) == true
                if word.receiver == nil { broadcast.count(isHeard) } else { streamed.count(isHeard) }
            }
        }
        var faults: [String] = []
        if streamed.owed < 20 || broadcast.owed < 100 { faults.append("too little was said") }
        if streamed.missed * 50 > streamed.owed {
            faults.append("\(streamed.missed) of \(streamed.owed) words over streams were not heard")
        }
        if broadcast.missed * 10 > broadcast.owed {
            faults.append("\(broadcast.missed) of \(broadcast.owed) broadcasts were not heard")
        }
        return faults
    }

    private struct Tally {
        var owed = 0
        var missed = 0

        mutating func count(_ isHeard: Bool) {
            owed += 1
            missed += isHeard ? 0 : 1
        }
    }
}
