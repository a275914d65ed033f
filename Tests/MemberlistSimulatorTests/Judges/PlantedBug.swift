import Memberlist
import Testing

@testable import MemberlistSimulator

/// A small simulation that is sound as it stands, and a bug for it that one judge must find.
struct PlantedBug: Sendable, CustomTestStringConvertible {
    typealias Story = @Sendable (Simulation, _ isPlanted: Bool) async -> Void

    /// What is wrong, in a few words.
    let what: String
    /// The name of the judge that must speak.
    let judge: String
    /// Others that rightly speak too: what is told wrongly is also passed on wrongly, or ends wrongly.
    var others: Set<String> = []
    var nodes = 3
    var network = LinkConditions.good
    /// Whether a healthy node that is declared failed breaks a rule.
    var isExact = true
    /// What happens, with the bug or without it; ``plant`` has been called before where there is one.
    var story: Story = { simulation, _ in
        await simulation.run(for: .seconds(10))
    }
    /// Breaks the simulation, before the nodes join.
    var plant: @Sendable (World) -> Void = { _ in }

    var testDescription: String { what }

    /// A node crashes, and so much time passes.
    static func crash(_ time: Duration) -> Story {
        { simulation, _ in
            await simulation.run(for: .seconds(5))
            simulation[2].crash()
            await simulation.run(for: time)
        }
    }

    /// A node changes its metadata.
    static let update: Story = { simulation, _ in
        await simulation.run(for: .seconds(5))
        simulation[0].update(meta: [1])
        await simulation.run(for: .seconds(5))
    }

    /// Starts all processes anew, for bugs that strike where one begins.
    static func relaunch(_ world: World) {
        for host in world.hosts {
            world.end(host, .ended)
            world.launch(host)
        }
    }

    /// The rules that were broken, by the names of their judges.
    func run(isPlanted: Bool) async throws -> [Violation] {
        let key = try SecretKey(bytes: [UInt8](repeating: 7, count: 32))
        let simulation = try Simulation(
            nodes: nodes,
            seed: 1,
            network: network,
            judges: StandardJudges.all(isExact: isExact)
        ) { configuration, _ in
            configuration.keyring = Keyring(primary: key)
            configuration.label = "test"
            configuration.probe.interval = .milliseconds(500)
            configuration.probe.timeout = .milliseconds(200)
        }
        if isPlanted { plant(simulation.world) }
        simulation.joinAll()
        await story(simulation, isPlanted)
        simulation.world.conclude()
        return simulation.violations
    }
}

/// Lets a bug strike once, at the moment that was chosen.
final class Once {
    private var left: Int

    init(atCall call: Int = 1) {
        left = call
    }

    func isNow() -> Bool {
        left -= 1
        return left == 0
    }
}
