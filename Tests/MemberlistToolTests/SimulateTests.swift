import Foundation
import MemberlistSimulator
import ProcessSupport
import Testing

/// `memberlist simulate` as people run it.
@Suite struct SimulateTests {
    private static let small = ["simulate", "calm", "--nodes", "4", "--minutes", "0.25"]

    private func withFile(_ text: String, _ body: (String) throws -> Void) throws {
        let folder = try Programs.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("scenario.json")
        try Data(text.utf8).write(to: file)
        try body(file.path)
    }

    @Test func theSeedIsFirstAndTheHistoryLast() throws {
        let run = try ToolRun(Self.small + ["--seed", "7"])
        #expect(run.code == 0, "\(run.errors)")
        #expect(run.errors.isEmpty)
        #expect(run.outputLines.first == "seed 7")
        let last = try #require(run.outputLines.last)
        #expect(last.hasPrefix("history ") && last.count == "history ".count + 32)
        #expect(try ToolRun(Self.small + ["--seed", "7"]).output == run.output)
        #expect(try ToolRun(Self.small + ["--seed", "8"]).outputLines.last != last)
    }

    @Test func aSeedThatIsDrawnCanBeUsedAgain() throws {
        let run = try ToolRun(Self.small)
        let words = try #require(run.outputLines.first).split(separator: " ").map(String.init)
        #expect(words.count == 2)
        #expect(try ToolRun(Self.small + ["--seed", words[1]]).output == run.output)
    }

    @Test func jsonIsOneObjectAndTheSeedIsBesideIt() throws {
        let run = try ToolRun(Self.small + ["--seed", "7", "--json"])
        #expect(run.code == 0)
        #expect(run.errorLines == ["seed 7"])
        let report = try JSONDecoder().decode(SimulationReport.self, from: Data(run.output.utf8))
        #expect(report.seed == 7)
        #expect(report.scenario.nodes == 4)
        #expect(try ToolRun(Self.small + ["--seed", "7"]).outputLines.last == "history \(report.history)")
    }

    @Test func theLogStandsBetween() throws {
        let run = try ToolRun(Self.small + ["--seed", "7", "--log"])
        #expect(run.outputLines.first == "seed 7")
        #expect(run.outputLines.contains("00:00:00.000000 node-1 asks to join"))
        let plain = try ToolRun(Self.small + ["--seed", "7"])
        #expect(run.outputLines.last == plain.outputLines.last)
        #expect(
            try ToolRun(Self.small + ["--seed", "7", "--log", "--verbose"]).output.contains(" datagram of ")
        )
    }

    @Test func aBrokenRuleIsSaidWithTheWayToSeeItAgain() throws {
        let flags = ["--nodes", "3", "--minutes", "2.0", "--latency", "20000.0", "--seed", "7"]
        let run = try ToolRun(["simulate", "calm"] + flags)
        #expect(run.code == 1)
        #expect(run.outputLines.first == "seed 7")
        #expect(run.outputLines.last?.hasPrefix("history ") == true)
        #expect(run.errorLines.count == 1)
        #expect(run.errors.contains("a rule was broken"))
        #expect(run.errors.contains("'memberlist simulate calm \(flags.joined(separator: " ")) --log'"))
    }

    @Test func aPictureIsWrittenWhole() throws {
        let folder = try Programs.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("picture.svg")
        try Data("old".utf8).write(to: file)
        let run = try ToolRun(Self.small + ["--seed", "7", "--svg", file.path])
        #expect(run.code == 0)
        #expect(run.errorLines == ["wrote \(file.path)"])
        let text = String(decoding: try Data(contentsOf: file), as: UTF8.self)
        #expect(text.hasPrefix("<svg ") && text.hasSuffix("</svg>\n"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["picture.svg"])
    }

    @Test(arguments: [["--svg", "/nonexistent/picture.svg"], ["--svg", "/"]])
    func aPictureThatCannotBeWrittenIsSaidAtOnce(flags: [String]) throws {
        let run = try ToolRun(Self.small + flags)
        #expect(run.code == 1)
        #expect(run.output.isEmpty)
        #expect(run.errors.contains("cannot write /"))
    }

    @Test func aFileIsRun() throws {
        try withFile(#"{"name": "mine", "nodes": 3, "seconds": 10, "seed": 99}"#) { path in
            let run = try ToolRun(["simulate", path])
            #expect(run.code == 0, "\(run.errors)")
            #expect(run.outputLines.prefix(2) == ["seed 99", "mine; 3 nodes, 10 s"])
            #expect(try ToolRun(["simulate", path, "--seed", "5"]).outputLines.first == "seed 5")
        }
    }

    @Test(arguments: [
        (#"{"nodse": 3}"#, #"nodse is no key: did you mean "nodes"?"#),
        (#"{"loss": 2}"#, "loss must be from 0 to 1"),
        ("not JSON", "this is not JSON"), (String(repeating: " ", count: 1 << 20 | 1), "is larger than"),
    ])
    func aBadFileIsRefused(text: String, words: String) throws {
        try withFile(text) { path in
            let run = try ToolRun(["simulate", path])
            #expect(run.code == 64)
            #expect(run.output.isEmpty)
            #expect(run.errorLines.count == 1)
            #expect(run.errors.contains(words), "\(run.errors)")
            #expect(run.errors.contains(path))
        }
    }

    @Test func aFileThatIsNotThereIsRefused() throws {
        let run = try ToolRun(["simulate", "/nonexistent/scenario.json"])
        #expect(run.code == 64)
        #expect(run.errors.contains("No such file"))
    }

    @Test(arguments: [
        (["cal"], "did you mean 'calm'?"), (["calm", "--nodes", "0"], "nodes must be"),
        (["calm", "--loss", "2"], "loss must be"), (["calm", "--minutes", "nan"], "--minutes"),
        (["calm", "--latency", "-1"], "--latency"), (["calm", "--seed", "x"], "--seed"),
        (["crash", "--minutes", "0.1"], "begins at 20 s"), (["calm", "--profile", "moon"], "wan"),
        (["--json"], "need a scenario"), (["calm", "--seeds", "3"], "--seeds"), (["--jobs", "3"], "--seeds"),
        (["--seeds", "0"], "from 1"), (["calm", "--quiet"], "--quiet"),
        (["--experiment", "moon"], "lifeguard"), (["--full"], "--experiment"),
        (["--slow", "3"], "--experiment"),
        (["calm", "--experiment", "lifeguard"], "--experiment"),
        (["--experiment", "partitions", "--slow", "3"], "--slow"),
        (["--experiment", "lifeguard", "--slow", "128"], "from 1 to 127"),
        (["--experiment", "partitions", "--svg", "x.svg"], "--svg"),
    ])
    func whatMakesNoSenseIsUsage(flags: [String], words: String) throws {
        let run = try ToolRun(["simulate"] + flags)
        #expect(run.code == 2)
        #expect(run.output.isEmpty)
        #expect(run.errorLines.count == 1)
        #expect(run.errors.contains(words), "\(run.errors)")
    }

    @Test func namesAndAnExampleArePrinted() throws {
        let list = try ToolRun(["simulate", "--list"])
        #expect(list.code == 0)
        #expect(list.outputLines.count == Scenario.all.count)
        let example = try ToolRun(["simulate", "--example"])
        #expect(
            try Scenario(json: Array(example.output.utf8)) == Scenario(json: Array(Scenario.example.utf8))
        )
    }

    @Test func aSwarmSaysWhatItMet() throws {
        let run = try ToolRun(["simulate", "--seeds", "2", "--from", "29", "--jobs", "2"])
        #expect(run.code == 0, "\(run.errors)")
        #expect(run.outputLines.first == "seeds 29 to 30")
        #expect(run.outputLines.contains { $0.contains(" memberJoined ") })
        #expect(run.outputLines.contains { $0.hasPrefix("2 seeds in ") && $0.contains(" years of virtual") })
        let unmet = run.outputLines.filter { $0.hasPrefix("never met: ") }
        #expect(
            unmet.count == 1 && unmet.allSatisfy { $0.hasSuffix("fewer than 300 seeds need not meet all") }
        )
        #expect(run.outputLines.last == "no seed broke a rule")
    }

    @Test func aSeedAloneIsTheSwarms() throws {
        let run = try ToolRun(["simulate", "--seed", "7", "--quiet"])
        #expect(run.outputLines.first == "seed 7")
        #expect(run.outputLines.last?.hasPrefix("history ") == true)
        #expect(try ToolRun(["simulate", "--seed", "7"]).outputLines.last == run.outputLines.last)
    }
}
