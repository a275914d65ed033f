import Testing

@testable import MemberlistSimulator

/// Who knew what when, as a picture.
@Suite struct PictureTests {
    @Test func itIsWellFormedAndSaysWhatItShows() async throws {
        let scenario = SmallRuns.scenario {
            $0.name = "a < b & \"c\""
            $0.crashes = [.init(at: .seconds(5), who: .nodes([2]), restartAfter: .seconds(20))]
            $0.partitions = [.init(at: .seconds(30), lasts: .seconds(5), side: .some(.nodes([0])))]
        }
        let reader = XMLReader(try await SmallRuns.run(scenario, seed: 7).picture.svg)
        #expect(reader.elements["svg"] == 1)
        for words in [
            "Who knew what when: a < b & \"c\", seed 7", "5 members, over 40 s", "node-0", "node-4",
            "1 crashed",
            "1 restarted", "1 cut off", "healed", "20 s", "believed alive", "not known",
        ] {
            #expect(reader.words.contains(words), "\(words) is missing")
        }
        // Alive, suspect, gone, and the strip of a process that does not run.
        #expect(reader.fills.isSuperset(of: ["#56b4e9", "#e69f00", "#333333", "#d55e00"]))
    }

    @Test func aCalmClusterIsFewShapes() async throws {
        let picture = try await SmallRuns.run(SmallRuns.scenario(seconds: 20)).picture
        let reader = XMLReader(picture.svg)
        #expect(!reader.fills.contains("#333333"))
        #expect(!reader.fills.contains("#d55e00"))
        #expect(picture.svg.utf8.count < 5_000)
    }

    @Test func oneSeedGivesOnePicture() async throws {
        let scenario = SmallRuns.scenario(seconds: 20) {
            $0.crashes = [.init(at: .seconds(5), who: .count(1))]
        }
        let first = try await SmallRuns.run(scenario).picture
        #expect(try await SmallRuns.run(scenario).picture == first)
        #expect(try await SmallRuns.run(scenario, seed: 2).picture != first)
    }

    @Test func ofManyMembersSomeAreShown() async throws {
        let scenario = SmallRuns.scenario(nodes: 130, seconds: 1)
        let picture = try await SmallRuns.run(scenario).picture
        #expect(XMLReader(picture.svg).words.contains("128 of 130 members, evenly chosen"))
        #expect(picture.svg.utf8.count < 500_000)
    }

    @Test func whoDoesNotRunBelievesNothing() async throws {
        let simulation = try Simulation(nodes: 4, seed: 1)
        let timeline = KnowledgeTimeline(nodes: 4, length: .seconds(40))
        simulation.observe { [unowned simulation] in timeline.observe($0, in: simulation.state) }
        simulation.joinAll()
        await simulation.run(for: .seconds(10))
        simulation[3].crash()
        await simulation.run(for: .seconds(30))
        timeline.end()
        let last = try #require(timeline.columns.last)
        #expect(last[0].observers == 2 && last[0].alive == 2 && last[0].process == .running)
        #expect(last[3].observers == 3 && last[3].gone == 3 && last[3].process == .down)
    }
}
