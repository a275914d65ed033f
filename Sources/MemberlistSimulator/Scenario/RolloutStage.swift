internal import MemberlistCore

/// Roll-outs while they run. The next node leaves when the last is back and all agree on who runs.
final class RolloutStage {
    private unowned let simulation: Simulation
    private var turns: ArraySlice<RolloutTurn>
    private var notBefore = Duration.zero
    /// Who is away, until when at least, and the process that left.
    private var away: (turn: RolloutTurn, until: Duration, launches: Int)?

    enum Step {
        case left(RolloutTurn)
        case returned(RolloutTurn)
    }

    init(_ simulation: Simulation, _ turns: [RolloutTurn]) {
        self.simulation = simulation
        self.turns = turns[...]
    }

    /// Does what is due, which is one step at most; the one who returned has to join.
    func look() -> Step? {
        if let (turn, until, launches) = away { return bring(turn, until, launches) }
        while let skipped = simulation.world.sabotage.skipsRound, turns.first?.round == skipped {
            turns.removeFirst()
        }
        guard let turn = turns.first, simulation.time >= max(turn.rollout.at, notBefore),
            simulation.state.mayBeConverged, simulation.state.isConverged
        else { return nil }
        let node = simulation[turn.node]
        guard node.isRunning else { return end(turn) }
        away = (turn, simulation.time + turn.rollout.away, simulation.state.launches(of: turn.node))
        node.leave()
        return .left(turn)
    }

    private func bring(_ turn: RolloutTurn, _ until: Duration, _ launches: Int) -> Step? {
        guard simulation.state.launches(of: turn.node) == launches else {
            // Something else has brought it back, as it was: its turn comes again.
            away = nil
            return nil
        }
        guard simulation.time >= until, !simulation[turn.node].isRunning else { return nil }
        return end(turn)
    }

    private func end(_ turn: RolloutTurn) -> Step? {
        let node = simulation[turn.node]
        turn.setting.apply(to: simulation.world.hosts[turn.node], key: ScenarioRunner.key)
        turns.removeFirst()
        notBefore = simulation.time + turn.rollout.every
        // One that crashed and has not come back yet finds the setting when it does.
        if away != nil { node.restart() }
        away = nil
        return .returned(turn)
    }
}
