import Memberlist

@testable import MemberlistSimulator

extension PlantedBug {
    /// What a broken core would hold, or never come to know.
    static let endings: [PlantedBug] = [
        PlantedBug(
            what: "a queue holds more broadcasts than there are members",
            judge: BoundsJudge().name,
            plant: { world in world.sabotage.extraBroadcasts = 4 }
        ),
        PlantedBug(
            what: "a queue holds more broadcasts than it may",
            judge: BoundsJudge().name,
            nodes: 24,
            plant: { world in
                // The processes that run know nothing of it.
                for host in world.hosts { host.configuration.broadcasts.membershipCount = 16 }
            }
        ),
        PlantedBug(
            what: "a node stays cut off when the faults should have ended",
            judge: LivenessJudge().name,
            isExact: false,
            story: { simulation, isPlanted in
                await simulation.run(for: .seconds(5))
                simulation.partition([2])
                await simulation.run(for: .seconds(20))
                if !isPlanted { simulation.heal() }
                simulation.joinAll()
                await simulation.run(for: .seconds(20))
            }
        ),
        PlantedBug(
            what: "a node looks for a member that lives",
            judge: HealthyDialJudge().name,
            story: crashAndWait,
            plant: { world in
                world.sabotage.rejoining = { node, _ in world.hosts[1 - node].endpoint }
            }
        ),
        PlantedBug(
            what: "a node looks for itself",
            judge: HealthyDialJudge().name,
            story: crashAndWait,
            plant: { world in
                world.sabotage.rejoining = { node, _ in world.hosts[node].endpoint }
            }
        ),
        PlantedBug(
            what: "a node looks for the lost without a pause",
            judge: HealthyDialJudge().name,
            story: crashAndWait,
            plant: { world in
                world.adjustCore = {
                    $0.healInterval = 1_000_000
                    $0.healMaximumInterval = 1_000_000
                }
                relaunch(world)
            }
        ),
        PlantedBug(
            what: "a suspicion of a crashed node never ends",
            judge: CompletenessJudge().name,
            others: [SuspicionJudge().name],
            story: crash(.seconds(20)),
            plant: { world in
                world.adjustCore = { $0.suspicionMultiplier = 10_000 }
                relaunch(world)
            }
        ),
    ]

    @Sendable private static func crashAndWait(_ simulation: Simulation, _ isPlanted: Bool) async {
        await simulation.run(for: .seconds(5))
        simulation[2].crash()
        await simulation.run(for: .seconds(90))
    }
}
