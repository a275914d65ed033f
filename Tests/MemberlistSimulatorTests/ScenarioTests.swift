import MemberlistSimulator
import Testing

/// Scenarios as people write them: what is read, and what is refused with words that help.
@Suite struct ScenarioTests {
    private func read(_ text: String) throws(ScenarioError) -> Scenario {
        try Scenario(json: Array(text.utf8))
    }

    @Test func anEmptyObjectIsTheDefault() throws {
        #expect(try read("{}") == Scenario())
    }

    @Test func valuesAreRead() throws {
        let scenario = try read(
            """
            {"name": "mine", "nodes": 5, "minutes": 1.5, "loss": 0.25, "duplication": 0.5, "profile": "wan",
             "latency": {"milliseconds": 80, "jitter": 0.25, "tailProbability": 0.01, "tail": 500},
             "partitions": [{"at": 10, "for": 5, "side": [0, 1]}, {"at": 20, "for": 5, "islands": 3},
                            {"at": 30, "for": 5, "share": 0.5, "oneWay": true}],
             "crashes": [{"at": 40, "count": 2, "every": 1, "restartAfter": 3}],
             "slow": [{"at": 50, "for": 9, "nodes": [4], "held": 2, "free": 0.5}],
             "rollouts": [{"at": 60, "label": "green", "away": 2, "every": 3}, {"at": 70, "encrypted": true}],
             "label": "blue", "encrypted": false, "joins": 4, "rejoin": 7, "seed": 18446744073709551615}
            """
        )
        #expect(scenario.name == "mine")
        #expect(scenario.nodes == 5)
        #expect(scenario.length == .seconds(90))
        #expect(scenario.loss == 0.25)
        #expect(scenario.duplication == 0.5)
        #expect(scenario.profile == .wan)
        #expect(scenario.latency.shortest == .milliseconds(80))
        #expect(scenario.latency.jitter == .microseconds(250))
        #expect(scenario.latency.tailProbability == 0.01)
        #expect(scenario.latency.tail == .milliseconds(500))
        #expect(
            scenario.partitions == [
                .init(at: .seconds(10), lasts: .seconds(5), side: .some(.nodes([0, 1]))),
                .init(at: .seconds(20), lasts: .seconds(5), side: .islands(3)),
                .init(at: .seconds(30), lasts: .seconds(5), side: .some(.share(0.5)), oneWay: true),
            ]
        )
        #expect(
            scenario.crashes == [
                .init(at: .seconds(40), who: .count(2), every: .seconds(1), restartAfter: .seconds(3))
            ]
        )
        #expect(
            scenario.slow == [
                .init(
                    at: .seconds(50),
                    lasts: .seconds(9),
                    who: .nodes([4]),
                    held: .seconds(2),
                    free: .milliseconds(500)
                )
            ]
        )
        #expect(
            scenario.rollouts == [
                .init(at: .seconds(60), to: .label("green"), away: .seconds(2), every: .seconds(3)),
                .init(at: .seconds(70), to: .encryption(true)),
            ]
        )
        #expect(scenario.label == "blue")
        #expect(!scenario.encrypted)
        #expect(scenario.joins == .over(.seconds(4)))
        #expect(scenario.rejoin == .seconds(7))
        #expect(scenario.seed == .max)
    }

    @Test(arguments: [
        (#"{"nodse": 5}"#, #"nodse is no key: did you mean "nodes"?"#),
        (#"{"partitions": [{"at": 1, "fro": 2}]}"#, #"partitions[0].fro is no key: did you mean "for"?"#),
        (#"{"latency": {"milisecs": 5}}"#, #"latency.milisecs is no key: did you mean "milliseconds"?"#),
        (#"{"x": 5}"#, "x is no key"), (#"{"nodes": 0}"#, "nodes must be from 1 to 100000; it is 0"),
        (#"{"nodes": 100001}"#, "nodes must be"), (#"{"nodes": 1.5}"#, "nodes must be a whole number"),
        (#"{"nodes": "5"}"#, "nodes must be a whole number"), (#"{"nodes": 1e300}"#, "nodes must be"),
        (#"{"loss": 1.5}"#, "loss must be from 0 to 1"), (#"{"loss": -0.1}"#, "loss must be"),
        (#"{"minutes": 0}"#, "0.001"), (#"{"minutes": 1e300}"#, "minutes must be from 0 to 10080"),
        (#"{"minutes": 1, "seconds": 1}"#, "keep one"), (#"{"profile": "moon"}"#, "\"wan\""),
        (#"{"label": 5}"#, "label must be a text"), (#"{"encrypted": 1}"#, "true or false"),
        (#"{"joins": "slowly"}"#, "all at once"), (#"{"joins": 90}"#, "joins take 90 s"),
        (#"{"seed": -1}"#, "seed must be a whole number"), (#"{"rejoin": 0}"#, "rejoin must be 1 second"),
        (#"{"partitions": [5]}"#, "partitions must be a list of objects"),
        (#"{"partitions": [{"at": 1, "for": 2}]}"#, "partitions[0].side is missing"),
        (#"{"partitions": [{"for": 2, "share": 0.5}]}"#, "partitions[0].at is missing"),
        (#"{"partitions": [{"at": 1, "for": 2, "share": 0.5, "side": [1]}]}"#, "only one"),
        (#"{"partitions": [{"at": 1, "for": 2, "share": 0.5, "islands": 2}]}"#, "keep it alone"),
        (#"{"partitions": [{"at": 1, "for": 2, "islands": 1}]}"#, "islands must be from 2"),
        (#"{"partitions": [{"at": 1, "for": 2, "side": [16]}]}"#, "they go from 0 to 15"),
        (#"{"partitions": [{"at": 61, "for": 2, "islands": 2}]}"#, "begins at 61 s"),
        (#"{"crashes": [{"at": 1}]}"#, "crashes[0].nodes is missing"),
        (#"{"crashes": [{"at": 1, "count": 17}]}"#, "count must be from 1 to the number of nodes, 16"),
        (#"{"slow": [{"at": 1, "for": 1, "count": 1, "held": 0, "free": 1}]}"#, "held must be 0.01"),
        (#"{"rollouts": [{"at": 1}]}"#, "rollouts[0].label is missing"),
        (#"{"rollouts": [{"at": 1, "label": "a", "encrypted": false}]}"#, "only one can be given"),
        (#"{"rollouts": [{"at": 1, "encrypted": true}]}"#, "by 1 s the cluster has encryption already"),
        (#"{"rollouts": [{"at": 61, "label": "a"}]}"#, "begins at 61 s"),
        ("[]", "one object"), ("", "JSON"), ("{", "JSON"), (#"{"nodes": }"#, "JSON"),
    ])
    func whatCannotBeIsRefused(text: String, words: String) {
        let error = #expect(throws: ScenarioError.self) { try read(text) }
        #expect(error?.message.contains(words) == true, "\(error?.message ?? "nothing")")
    }

    @Test func theExampleHasEveryKey() throws {
        let scenario = try read(Scenario.example)
        for key in [
            "name", "summary", "nodes", "minutes", "loss", "latency", "duplication", "partitions", "crashes",
            "slow",
            "profile", "label", "encrypted", "joins", "rejoin", "seed", "milliseconds", "jitter",
            "tailProbability",
            "rollouts", "away", "tail", "side", "share", "count", "islands", "oneWay", "every",
            "restartAfter", "held", "free",
        ] {
            #expect(Scenario.example.contains("\"\(key)\":"), "\(key) is not shown")
        }
        #expect(scenario.partitions.count == 4)
    }

    @Test func allReadyMadeOnesCanBeRun() throws {
        #expect(Scenario.all.count >= 10)
        #expect(Set(Scenario.all.map(\.name)).count == Scenario.all.count)
        for scenario in Scenario.all {
            try scenario.validate()
            #expect(!scenario.summary.isEmpty)
            #expect(Scenario.named(scenario.name) == scenario)
        }
        #expect(Scenario.named("no such") == nil)
        #expect(Scenario.nearest(to: "partiton")?.name == "partition")
        #expect(Scenario.nearest(to: "something else entirely") == nil)
    }
}
