import Memberlist

@testable import MemberlistSimulator

extension PlantedBug {
    /// What broken layers would put on the wire, or take from it.
    static let frames: [PlantedBug] = [
        PlantedBug(
            what: "a datagram is padded over its size",
            judge: DatagramSizeJudge().name,
            plant: { world in
                let bug = Once(atCall: 10)
                world.sabotage.datagram = { _, sealed, _ in
                    bug.isNow() ? sealed + [UInt8](repeating: 0, count: 1_400) : sealed
                }
            }
        ),
        PlantedBug(
            what: "two nodes draw nonces from one constant source",
            judge: NonceJudge().name,
            nodes: 2,
            plant: { world in
                world.sabotage.nonces = { buffer in
                    // Each nonce of a node's is its own, and every node draws the same.
                    for index in buffer.indices {
                        buffer[index] = UInt8(truncatingIfNeeded: (index / 12) >> (index % 12 * 8))
                    }
                }
                relaunch(world)
            }
        ),
        PlantedBug(
            what: "a message leaves without its seal",
            judge: PlaintextJudge().name,
            plant: { world in
                let bug = Once(atCall: 10)
                world.sabotage.datagram = { _, sealed, plain in bug.isNow() ? plain : sealed }
            }
        ),
        PlantedBug(
            what: "a frame looks sealed, and what it carries was not encrypted",
            judge: PlaintextJudge().name,
            plant: { world in
                let bug = Once(atCall: 10)
                world.sabotage.datagram = { _, sealed, plain in
                    bug.isNow()
                        ? sealed.prefix(world.hosts[0].label.headerCount + 13) + plain + sealed.suffix(16)
                        : sealed
                }
            }
        ),
        PlantedBug(
            what: "a node that forgot its nonces takes a frame again",
            judge: ReplayJudge().name,
            network: {
                var conditions = LinkConditions.good
                conditions.duplication = 0.5
                return conditions
            }(),
            plant: { world in world.sabotage.forgetsNonces = true }
        ),
        PlantedBug(
            what: "a stranger is told why he is refused",
            judge: StrangerJudge().name,
            story: { simulation, _ in
                for _ in 0..<8 {
                    await simulation.run(for: .seconds(1))
                    simulation[0].inject(.stream)
                }
                await simulation.run(for: .seconds(5))
            },
            plant: { world in world.sabotage.answersStrangers = true }
        ),
    ]
}
