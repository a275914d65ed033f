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
            others: [ReplayJudge().name],
            nodes: 2,
            plant: { world in
                world.sabotage.nonces = { buffer in
                    // Every node draws the same, and at its next draw once more.
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
        PlantedBug(
            what: "a node removes the old key while another still seals with it",
            judge: KeyJudge().name,
            others: [LivenessJudge().name],
            isExact: false,
            story: { simulation, isPlanted in
                await rotate(simulation, missing: isPlanted ? .use : nil)
            }
        ),
        PlantedBug(
            what: "a node keeps the old key for good",
            judge: KeyJudge().name,
            isExact: false,
            story: { simulation, isPlanted in
                await rotate(simulation, missing: isPlanted ? .remove : nil)
            }
        ),
    ]

    private enum Missing { case use, remove }

    /// A rotation in order, but for a step that the last node does not take.
    private static func rotate(_ simulation: Simulation, missing: Missing?) async {
        let world = simulation.world
        guard let old = world.hosts[0].keys.first,
            let new = try? SecretKey(bytes: [UInt8](repeating: 8, count: 32))
        else { return }
        world.rotation.newest = new.id
        let last = world.hosts.count - 1
        for (step, skip) in [(KeyStep.add(new), nil), (.use(new), Missing.use), (.remove(old), .remove)] {
            await simulation.run(for: .seconds(3))
            for host in world.hosts where host.index != last || missing == nil || skip != missing {
                world.change(step, on: host)
            }
        }
        await simulation.run(for: .seconds(3))
    }
}
