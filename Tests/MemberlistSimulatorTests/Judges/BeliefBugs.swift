import Memberlist

@testable import MemberlistSimulator

extension PlantedBug {
    /// What a broken core would tell of members.
    static let beliefs: [PlantedBug] = [
        PlantedBug(
            what: "a node tells of an update with an incarnation before the last",
            judge: IncarnationJudge().name,
            others: [NewsJudge().name, EventOrderJudge().name],
            story: update,
            plant: { world in
                world.sabotage.member = { node, member, change in
                    guard node == 1, change == .updated else { return [(member, change)] }
                    return [(member.told(incarnation: 0), change)]
                }
            }
        ),
        PlantedBug(
            what: "a node changes its metadata at the incarnation that it had",
            judge: IncarnationJudge().name,
            others: [NewsJudge().name],
            story: update,
            plant: { world in
                world.sabotage.member = { node, member, change in
                    guard node == 0, member.name == "node-0" else { return [(member, change)] }
                    return [(member.told(incarnation: 1), change)]
                }
            }
        ),
        PlantedBug(
            what: "an alive of before raises the dead",
            judge: ResurrectionJudge().name,
            // Whom it says that it has found again, it goes on looking for.
            others: [NewsJudge().name, HealthyDialJudge().name],
            story: crash(.seconds(20)),
            plant: { world in
                world.sabotage.member = { node, member, change in
                    guard node == 1, change == .failed else { return [(member, change)] }
                    return [(member, change), (member.told(state: .alive), .joined)]
                }
            }
        ),
        PlantedBug(
            what: "an event is left out",
            judge: EventOrderJudge().name,
            story: crash(.seconds(20)),
            plant: { world in
                world.sabotage.member = { node, member, change in
                    node == 1 && member.name == "node-2" && change == .joined ? [] : [(member, change)]
                }
            }
        ),
        PlantedBug(
            what: "an event is told twice",
            judge: EventOrderJudge().name,
            others: [SuspicionJudge().name],
            story: crash(.seconds(20)),
            plant: { world in
                world.sabotage.member = { node, member, change in
                    node == 1 && change == .failed
                        ? [(member, change), (member, change)] : [(member, change)]
                }
            }
        ),
        PlantedBug(
            what: "an event tells of another state than it leads to",
            judge: EventOrderJudge().name,
            others: [NewsJudge().name],
            story: crash(.seconds(20)),
            plant: { world in
                world.sabotage.member = { node, member, change in
                    node == 1 && change == .failed
                        ? [(member.told(state: .left), change)] : [(member, change)]
                }
            }
        ),
        PlantedBug(
            what: "a healthy node is declared failed",
            judge: AccuracyJudge(isExact: true).name,
            others: [NewsJudge().name, EventOrderJudge().name, SuspicionJudge().name],
            plant: { world in
                world.sabotage.member = { node, member, change in
                    guard node == 1, member.name == "node-2", change == .joined else {
                        return [(member, change)]
                    }
                    return [(member, change), (member.told(state: .dead), .failed)]
                }
            }
        ),
        PlantedBug(
            what: "an application hears what nobody said",
            judge: AuthenticityJudge().name,
            story: { simulation, _ in
                await simulation.run(for: .seconds(5))
                simulation[0].broadcast(Array("hello".utf8))
                await simulation.run(for: .seconds(5))
            },
            plant: { world in
                world.sabotage.message = { node, payload in node == 1 ? payload + [0] : payload }
            }
        ),
    ]
}

extension Member {
    /// The same with another state or incarnation, as a broken core may tell it.
    fileprivate func told(state: MemberState? = nil, incarnation: UInt32? = nil) -> Member {
        Member(
            name: name,
            endpoint: endpoint,
            meta: meta,
            state: state ?? self.state,
            versions: versions,
            incarnation: incarnation ?? self.incarnation
        )
    }
}
