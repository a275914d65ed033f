import Foundation
import ProcessSupport
import Testing

/// The agent's settings: a file, then variables, then flags; later wins.
@Suite struct AgentSettingsTests {
    private func withFile<Result>(_ text: String, _ body: (String) throws -> Result) throws -> Result {
        let folder = try Programs.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("cluster.yaml").path
        try Data(text.utf8).write(to: URL(fileURLWithPath: file))
        return try body(file)
    }

    private let print = ["agent", "--print-config"]

    @Test func theLaterSourceWins() throws {
        let text =
            "name: file\nprofile: wan\nprobe:\n  interval: 9s\nlabel: file\nmeta: file\ngossip:\n  nodes: 7\n"
        try withFile(text) { file in
            let run = try ToolRun(
                print + [
                    "--config", file, "--label", "flag", "--set", "meta=set", "--set", "gossip.interval=1m",
                ],
                environment: ["MEMBERLIST_LABEL": "variable", "MEMBERLIST_PROBE_INTERVAL": "8s"]
            )
            #expect(run.code == 0 && run.errors.isEmpty, "\(run.errors)")
            let lines = run.outputLines.map { $0.drop { $0 == " " } }
            for line in [
                "name: \"file\"", "label: \"flag\"", "meta: \"set\"", "interval: 8s", "interval: 1m",
                "nodes: 7",
                "toTheDead: 1m",
            ] { #expect(lines.contains(line[...]), "\(line)") }
            // What is printed can be read again.
            let again = try ToolRun(print, environment: ["MEMBERLIST_CONFIG": file])
            try withFile(again.output) { copy in
                let copied = try ToolRun(print + ["--config", copy])
                #expect(copied.output == again.output)
            }
        }
    }

    @Test(arguments: [
        (
            "probe:\n  intervall: 1s", 64,
            "line 2: \"probe.intervall\" is not known; did you mean probe.interval?"
        ),
        ("probe: [", 64, "no YAML"), ("gossip.nodes: many", 2, "set it to a whole number"),
        ("probe.timeout: 1s", 2, "probe.timeout is from"), ("gossip.nodes: 65", 2, "0 to 64"),
        ("join: [':x']", 2, "join"), ("join: 3.5.5.5.5", 2, "join"),
    ])
    func aFileThatCannotBeUsed(text: String, code: Int32, words: String) throws {
        try withFile(text) { file in
            let start = ["agent", "--name", "a", "--bind", "127.0.0.1:0", "--config", file]
            let run = try ToolRun(start)
            #expect(run.code == code && run.errors.contains(words), "\(run.errors)")
            #expect(run.errorLines.count == 1 && run.errors.contains("cluster.yaml"), "\(run.errors)")
            guard !text.hasPrefix("join") else { return }
            let check = try ToolRun(["config", "check", file])
            #expect(check.code == 64 && check.errors.contains(words), "\(check.errors)")
        }
    }

    @Test(arguments: [
        (["--set", "probe.intervall=1s"], [:], "did you mean probe.interval?"),
        (["--set", "probe.interval"], [:], "KEY=VALUE"), (["--set", "probe.timeout=2s"], [:], "from --set"),
        (["--set", "encrypt=AAECAwQFBgcICQoLDA0ODw=="], [:], "keyringFile"),
        (["--set", "eventBuffer=AAECAwQFBgcICQoLDA0ODw=="], [:], "a whole number"),
        (["--set", "AAECAwQFBgcICQoLDA0ODw===1"], [:], "(hidden)"),
        ([], ["MEMBERLIST_PROBE_TIMEOUT": "1s"], "MEMBERLIST_PROBE_TIMEOUT"),
        ([], ["MEMBERLIST_LABLE": "x"], "did you mean MEMBERLIST_LABEL?"),
        (
            [], ["MEMBERLIST_ENCRYPT": "AAECAwQFBgcICQoLDA0ODw==", "MEMBERLIST_KEYRING_FILE": "/k"],
            "keep one"
        ),
    ])
    func variablesAndFlagsThatCannotBeUsed(
        flags: [String],
        variables: [String: String],
        words: String
    ) throws {
        let run = try ToolRun(
            ["agent", "--name", "a", "--bind", "127.0.0.1:0"] + flags,
            environment: variables
        )
        #expect(run.code == 2 && run.errors.contains(words), "\(run.errors)")
        #expect(run.errorLines.count == 1 && !run.errors.contains("AAECAwQF"), "\(run.errors)")
    }

    /// What is printed names the file of the keys, and no key, wherever it was given.
    @Test func noKeyIsPrinted() throws {
        let file = Programs.packageTop.appendingPathComponent("keys/example-32.json")
        let keys = try JSONDecoder().decode([String].self, from: try Data(contentsOf: file))
        let key = try #require(keys.first)
        let folder = try Programs.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let copy = folder.appendingPathComponent("keyring.json")
        try FileManager.default.copyItem(at: file, to: copy)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: copy.path)
        let named = "keyringFile: \"\(copy.path)\""
        let runs: [([String], [String: String], String)] = [
            (["--encrypt", key], [:], "keyringFile: null"),
            ([], ["MEMBERLIST_ENCRYPT": key], "keyringFile: null"),
            (["--keyring", copy.path], [:], named), (["--set", "keyringFile=\(copy.path)"], [:], named),
            ([], ["MEMBERLIST_KEYRING_FILE": copy.path], named),
        ]
        for (flags, variables, line) in runs {
            let run = try ToolRun(print + flags, environment: variables)
            #expect(run.code == 0 && run.outputLines.contains(line), "\(flags) \(run.errors)")
            for text in [run.output, run.errors] { #expect(!text.contains(key.prefix(8))) }
        }
    }

    @Test func aFileThatIsNotThereIsTheEnvironments() throws {
        for path in ["/nonexistent", "/", "/dev/zero"] {
            let run = try ToolRun(["agent", "--name", "a", "--bind", "127.0.0.1:0", "--config", path])
            #expect(run.code == 1 && run.errors.contains(path), "\(run.errors)")
        }
    }

    @Test func aFileCanSayEverything() async throws {
        let a = try RunningAgent("a")
        let address = try await a.address()
        let folder = try Programs.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("b.json")
        let text =
            #"{"name":"b","bindHosts":["127.0.0.1"],"bindPort":0,"profile":"local","join":["\#(address)"]}"#
        try Data(text.utf8).write(to: file)
        let b = try LineProcess(
            try Programs.product("memberlist"),
            ["agent", "--config", file.path],
            environment: [:]
        )
        try await a.wait("join", ["name": "b"])
        try await b.end()
        try await a.process.end()
    }

    /// Where this fails: `memberlist config example >Fixtures/settings.yaml`.
    @Test func theCopyInTheFixturesIsTheExample() throws {
        let file = Programs.packageTop.appendingPathComponent("Fixtures/settings.yaml")
        let run = try ToolRun(["config", "example"])
        #expect(try String(contentsOf: file, encoding: .utf8) == run.output)
        let check = try ToolRun(["config", "check", file.path])
        #expect(check.code == 0 && check.output.contains("can be used"), "\(check.errors)")
        let defaults = try ToolRun(print)
        #expect(try ToolRun(print + ["--config", file.path]).output == defaults.output)
        let json = try ToolRun(["config", "example", "--format", "json", "--profile", "wan"])
        try withFile(json.output) { copy in
            // JSON is YAML.
            let wan = try ToolRun(print + ["--profile", "wan"])
            let copied = try ToolRun(print + ["--config", copy])
            #expect(copied.output == wan.output)
        }
    }
}
