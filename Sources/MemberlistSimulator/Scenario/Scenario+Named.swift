internal import Memberlist

extension Scenario {
    /// Those that are ready made.
    public static let all: [Scenario] = [
        calm, lossy, crash, partition, islands, oneWay, wan, massJoin, rollingRestart, massRestart,
        lifeguard, labelRollout, encryptionRollout,
    ]

    /// One that is ready made; nil where none has the name.
    public static func named(_ name: String) -> Scenario? { all.first { $0.name == name } }

    /// The one whose name is most like that; nil where none is.
    public static func nearest(to name: String) -> Scenario? {
        NearestWord.find(name, among: all.map(\.name)).flatMap { named($0) }
    }

    private static func make(
        _ name: String,
        _ summary: String,
        nodes: Int,
        seconds: Int,
        _ change: (inout Scenario) -> Void = { _ in }
    ) -> Scenario {
        var scenario = Scenario()
        scenario.name = name
        scenario.summary = summary
        scenario.nodes = nodes
        scenario.length = .seconds(seconds)
        change(&scenario)
        return scenario
    }

    private static let calm = make("calm", "nothing goes wrong", nodes: 16, seconds: 60)

    private static let lossy = make("lossy", "a tenth of all datagrams is lost", nodes: 16, seconds: 120) {
        $0.loss = 0.1
        $0.duplication = 0.01
    }

    private static let crash = make(
        "crash",
        "a third of the nodes ends at one moment",
        nodes: 32,
        seconds: 120
    ) {
        $0.crashes = [Crash(at: .seconds(20), who: .share(0.34))]
    }

    private static let partition = make(
        "partition",
        "two halves do not hear each other for 20 s",
        nodes: 16,
        seconds: 120
    ) {
        $0.partitions = [Partition(at: .seconds(20), lasts: .seconds(20), side: .some(.share(0.5)))]
        $0.rejoin = .seconds(10)
    }

    private static let islands = make(
        "islands",
        "four groups do not hear each other for a minute",
        nodes: 24,
        seconds: 240
    ) {
        $0.partitions = [Partition(at: .seconds(20), lasts: .seconds(60), side: .islands(4))]
        $0.rejoin = .seconds(10)
    }

    private static let oneWay = make(
        "one-way",
        "two nodes hear the others and are not heard, for 30 s",
        nodes: 16,
        seconds: 120
    ) {
        $0.partitions = [
            Partition(at: .seconds(20), lasts: .seconds(30), side: .some(.nodes([3, 4])), oneWay: true)
        ]
    }

    private static let wan = make("wan", "far apart: 80 ms, a long tail, 2% loss", nodes: 16, seconds: 300) {
        $0.profile = .wan
        $0.latency.shortest = .milliseconds(80)
        $0.latency.jitter = .milliseconds(40)
        $0.latency.tailProbability = 0.01
        $0.latency.tail = .milliseconds(500)
        $0.loss = 0.02
        $0.crashes = [Crash(at: .seconds(120), who: .count(2))]
    }

    private static let massJoin = make(
        "mass-join",
        "many nodes join at one moment",
        nodes: 100,
        seconds: 60
    )

    private static let rollingRestart = make(
        "rolling-restart",
        "every node restarts, one after another",
        nodes: 16,
        seconds: 180
    ) {
        $0.crashes = [
            Crash(at: .seconds(20), who: .share(1), every: .seconds(8), restartAfter: .seconds(2))
        ]
    }

    private static let massRestart = make(
        "mass-restart",
        "500 nodes restart within 20 s, each sooner than it is found failed: two minutes of a processor",
        nodes: 500,
        seconds: 90
    ) {
        $0.joins = .over(.seconds(10))
        $0.crashes = [
            Crash(at: .seconds(20), who: .share(1), every: .milliseconds(40), restartAfter: .seconds(6))
        ]
    }

    private static let labelRollout = make(
        "label-rollout",
        "the cluster moves to another label while it runs, node by node, under loss",
        nodes: 8,
        seconds: 180
    ) {
        $0.loss = 0.05
        $0.label = "green"
        $0.rollouts = [Rollout(at: .seconds(10), to: .label("blue"))]
    }

    private static let encryptionRollout = make(
        "encryption-rollout",
        "the cluster moves onto encryption and back while it runs, node by node, under loss",
        nodes: 8,
        seconds: 300
    ) {
        $0.loss = 0.05
        $0.encrypted = false
        $0.rollouts = [
            Rollout(at: .seconds(10), to: .encryption(true)),
            Rollout(at: .seconds(10), to: .encryption(false)),
        ]
    }

    private static let lifeguard = make(
        "lifeguard",
        "two slow nodes are not to make healthy ones look failed",
        nodes: 32,
        seconds: 180
    ) {
        $0.slow = [
            Slowness(
                at: .seconds(20),
                lasts: .seconds(100),
                who: .count(2),
                held: .seconds(4),
                free: .milliseconds(500)
            )
        ]
    }
}

extension Scenario {
    /// A scenario file with every key, for people to begin with.
    public static let example = """
        {
          "name": "example",
          "summary": "every key that there is",
          "nodes": 16,
          "minutes": 3,
          "loss": 0.01,
          "latency": {"milliseconds": 1, "jitter": 0.5, "tailProbability": 0.01, "tail": 20},
          "duplication": 0.01,
          "partitions": [
            {"at": 20, "for": 10, "side": [0, 1, 2]},
            {"at": 40, "for": 10, "share": 0.5, "oneWay": true},
            {"at": 60, "for": 10, "count": 3},
            {"at": 80, "for": 10, "islands": 3}
          ],
          "crashes": [
            {"at": 100, "nodes": [3], "restartAfter": 5},
            {"at": 110, "count": 2, "every": 1},
            {"at": 120, "share": 0.1}
          ],
          "slow": [{"at": 130, "for": 20, "count": 1, "held": 4, "free": 0.5}],
          "rollouts": [
            {"at": 140, "label": "blue", "away": 1, "every": 1},
            {"at": 160, "encrypted": false}
          ],
          "profile": "lan",
          "label": "simulation",
          "encrypted": true,
          "joins": 5,
          "rejoin": 10,
          "seed": 1
        }
        """
}
