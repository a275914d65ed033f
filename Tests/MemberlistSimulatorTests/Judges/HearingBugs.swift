import Memberlist
import MemberlistWire

@testable import MemberlistCore
@testable import MemberlistSimulator

extension PlantedBug {
    /// What a broken core would make of what it hears, and forget to pass on.
    static let hearing: [PlantedBug] = [
        PlantedBug(
            what: "a death is not believed",
            judge: HearingJudge().name,
            nodes: 8,
            story: crash(.seconds(40)),
            plant: { world in
                world.sabotage.hearing = { node, message in
                    if case .dead = message { return nil }
                    return message
                }
            }
        ),
        PlantedBug(
            what: "a suspicion is taken for a death",
            judge: HearingJudge().name,
            // It declares a failure that nobody told it of.
            others: [SuspicionJudge().name],
            story: crash(.seconds(40)),
            plant: { world in
                world.sabotage.hearing = { node, message in
                    guard case .suspect(let suspect) = message, node == 1 else { return message }
                    return .dead(
                        Dead(incarnation: suspect.incarnation, node: suspect.node, from: suspect.from)
                    )
                }
            }
        ),
        PlantedBug(
            what: "an alive is believed at an incarnation above its own",
            judge: HearingJudge().name,
            story: update,
            plant: { world in
                world.sabotage.hearing = { node, message in
                    guard case .alive(var alive) = message, node == 1, alive.incarnation == 2 else {
                        return message
                    }
                    alive.incarnation = 3
                    return .alive(alive)
                }
            }
        ),
        PlantedBug(
            what: "confirmations are not counted",
            judge: SuspicionJudge().name,
            nodes: 6,
            story: crash(.seconds(40)),
            plant: { world in
                world.sabotage.hearing = { node, message in
                    // The first suspicion is heard, and no other.
                    guard case .suspect(let suspect) = message, let process = world.hosts[node].process,
                        process.core.member(named: suspect.node)?.state == .suspect
                    else { return message }
                    return nil
                }
            }
        ),
        PlantedBug(
            what: "a suspicion ends before its time",
            judge: SuspicionJudge().name,
            story: crash(.seconds(40)),
            plant: { world in
                world.adjustCore = { $0.suspicionMultiplier = 2 }
                relaunch(world)
            }
        ),
        PlantedBug(
            what: "a death is not passed on",
            judge: NewsJudge().name,
            story: crash(.seconds(40)),
            plant: { world in
                world.sabotage.loses = { node, name in
                    node == 1 && world.hosts[1].process?.core.member(named: name)?.state == .dead
                }
            }
        ),
        PlantedBug(
            what: "a broadcast is sent once and no more",
            judge: NewsJudge().name,
            plant: { world in
                world.adjustCore = { $0.retransmitMultiplier = 1 }
                relaunch(world)
            }
        ),
        PlantedBug(
            what: "a broadcast is sent too often",
            judge: NewsJudge().name,
            plant: { world in
                world.adjustCore = { $0.retransmitMultiplier += 1 }
                relaunch(world)
            }
        ),
        PlantedBug(
            what: "a dead member is never forgotten",
            judge: ForgettingJudge().name,
            story: crash(.seconds(80)),
            plant: { world in
                world.adjustCore = { $0.gossipToTheDead *= 1_000 }
                relaunch(world)
            }
        ),
        PlantedBug(
            what: "a dead member is forgotten too soon",
            judge: ForgettingJudge().name,
            story: crash(.seconds(80)),
            plant: { world in
                world.adjustCore = { $0.gossipToTheDead /= 2 }
                relaunch(world)
            }
        ),
        PlantedBug(
            what: "an update is not told",
            judge: EventOrderJudge().name,
            story: update,
            plant: { world in
                world.sabotage.member = { node, member, change in
                    node == 1 && change == .updated ? [] : [(member, change)]
                }
            }
        ),
    ]
}
