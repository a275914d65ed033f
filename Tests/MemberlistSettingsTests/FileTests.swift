import Configuration
import Foundation
import Memberlist
import ProcessSupport
import Testing

@testable import MemberlistSettings

@Suite struct FileTests {
    @Test(arguments: [
        "probe:\n  interval: 2s\n  timeout: 1s\nlabel: blue\nallowedNetworks: [10.0.0.0/8, 'fd00::/8']\n",
        "probe.interval: 2s\nprobe.timeout: 1s\nlabel: \"blue\"\nallowedNetworks:\n- 10.0.0.0/8\n- fd00::/8\n",
        #"{"probe":{"interval":"2s","timeout":"1s"},"label":"blue","allowedNetworks":["10.0.0.0/8","fd00::/8"]}"#,
        "{probe: {interval: 2s, timeout: 1s}}\n",
    ])
    func oneThingIsWrittenInManyWays(text: String) throws {
        guard !text.hasPrefix("{probe") else {
            // A brace begins JSON, unless the file's name says otherwise.
            #expect(refusal(text)?.code == .fileMalformed)
            let source = try SettingsSource.text(Array(text.utf8), name: "x", isJSON: false)
            let read = try MemberlistConfiguration(sources: [source], name: "a")
            #expect(read.probe.interval == .seconds(2))
            return
        }
        let read = try settings(text)
        #expect(read.probe.interval == .seconds(2) && read.probe.timeout == .seconds(1))
        #expect(read.label == "blue" && read.name == "a")
        #expect(read.allowedNetworks == [IPNetwork("10.0.0.0/8"), IPNetwork("fd00::/8")].compactMap(\.self))
        #expect(read.gossip.interval == .milliseconds(200), "what is not named is the preset's")
    }

    @Test func theEnvironmentOverridesAFileAndAFileThePreset() throws {
        let text = "profile: wan\nname: web-1\ngossip:\n  nodes: 5\n  toTheDead: 7s\n"
        let read = try settings(
            text,
            ["MEMBERLIST_GOSSIP_NODES": "6", "MEMBERLIST_NAME": "web-2"],
            name: nil
        )
        #expect(read.name == "web-2" && read.gossip.nodes == 6)
        #expect(read.gossip.toTheDead == .seconds(7) && read.probe.interval == .seconds(5))
        let local = try settings(text, ["MEMBERLIST_PROFILE": "local"])
        #expect(local.probe.indirectChecks == 1 && local.gossip.nodes == 5)
    }

    @Test func anEmptyFileSaysNothing() throws {
        for text in ["", "\n# nothing\n", "{}", "---\n", "probe:\n  # interval: 1s\ngossip:\n"] {
            #expect(properties(of: try settings(text)) == properties(of: .lan(name: "a")), "\(text)")
        }
    }

    @Test(arguments: [
        ("probe:\n  intervall: 1s", "line 2: \"probe.intervall\" is not known; did you mean probe.interval?"),
        ("lable: x", "did you mean label?"),
        ("interval: 1s", "did you mean probe.interval or gossip.interval"),
        (#"{"gossip":{"Nodes":3}}"#, "did you mean gossip.nodes?"), ("probe: 3", "probe is a section"),
        ("zzzzzzzzzzzz: 1", "config example"), ("encrypt: c2VjcmV0", "keyringFile"),
        ("keys: [c2VjcmV0]", "keyringFile"), ("\"a\\x1b[1mb\": 1", "config example"),
    ])
    func anUnknownKeyNamesTheNearest(text: String, words: String) throws {
        let error = try #require(refusal(text))
        #expect(error.message.hasPrefix("cluster.yaml"), "\(error)")
        #expect(error.message.contains(words), "\(error)")
        #expect(!error.message.contains("c2VjcmV0") && !error.message.contains("\u{1b}"))
        #expect(error.code == (text.hasPrefix("probe: 3") ? .wrongValue : .unknownKey))
    }

    @Test(arguments: [
        (
            "label: a\nprobe:\n  interval: soon",
            "line 3: probe.interval is \"soon\"; set it to a duration, such as"
        ),
        ("probe.interval: 5", "500ms, 1s or 2m"), ("probe.interval: -1s", "500ms"),
        ("probe.interval: 99999999999999999999s", "500ms"), ("probe.indirectChecks: many", "a whole number"),
        ("probe.indirectChecks: 3.5", "a whole number"), ("protocolVersion: 256", "a whole number"),
        ("compression: 1", "true or false"), (#"{"compression":"yes"}"#, "true or false"),
        ("wire: fast", "automatic, hashicorp, native"), ("profile: moon", "lan, wan, local"),
        ("acceptedLabels: null", "a list"), ("allowedNetworks: [10.0.0.0/33]", "10.0.0.0/8"),
        ("allowedNetworks: everywhere", "10.0.0.0/8"), ("label: [a]", "a text"), ("label: ~", "a text"),
        ("advertisePort: [1]", "a whole number, or null"), ("metrics.labels: [x]", "name=value"),
        ("metrics.labels: [a=1, a=2]", "each name once"), ("keyringFile: ''", "the path of a file"),
        ("probe.streamFallbackExcept: ['']", "names of members"),
    ])
    func aWrongValueSaysWhatIsAllowedAndWhereItStands(text: String, words: String) throws {
        let error = try #require(refusal(text))
        #expect(error.code == .wrongValue)
        #expect(error.message.hasPrefix("cluster.yaml"), "\(error)")
        #expect(error.message.contains(words), "\(error)")
    }

    @Test func aKeyInThePlaceOfItsFileIsNotShown() throws {
        let key = "AAECAwQFBgcICQoLDA0ODw=="
        for error in [
            refusal("keyringFile: \(key)"), refusal("", ["MEMBERLIST_KEYRING_FILE": key]),
        ] {
            let error = try #require(error)
            #expect(error.message.contains("not a key") && !error.message.contains(key), "\(error)")
        }
    }

    @Test(arguments: [
        ("a: [", "no YAML"), ("{\"a\":", "no JSON"), ("- a\n- b", "no mapping"), ("just words", "no mapping"),
        ("label: a\nlabel: b", "twice"), ("probe:\n  interval: 1s\nprobe.interval: 2s", "twice"),
        ("? [a]\n: b", "no text"), ("acceptedLabels: [[a]]", "something else"),
        ("label: a\n---\nlabel: b", "YAML"),
        ("acceptedLabels: [a, ~]", "something else"), ("label: *blue", "YAML"), ("\u{1}", "YAML"),
        (String(repeating: "a: {", count: 20) + String(repeating: "}", count: 20), "too deeply"),
        (String(repeating: "{\"a\":", count: 20) + "1" + String(repeating: "}", count: 20), "too deeply"),
        (String(repeating: "[", count: 100_000), "YAML"),
        (#"{"a":"# + String(repeating: "[", count: 100_000), "JSON"),
        (String(repeating: "#", count: 262_145), "bytes"),
    ])
    func whatIsNoSettingsIsRefused(text: String, words: String) throws {
        let error = try #require(refusal(text))
        #expect(error.code == .fileMalformed)
        #expect(error.message.hasPrefix("cluster.yaml") && error.message.contains(words), "\(error)")
    }

    /// Nine lines that stand for a billion words.
    @Test func aliasesCannotFillTheMemory() throws {
        var text = "a: &a [x, x, x, x, x, x, x, x, x]\n"
        for (name, last) in zip("bcdefghi", "abcdefgh") {
            text +=
                "\(name): &\(name) [" + [String](repeating: "*\(last)", count: 9).joined(separator: ", ")
                + "]\n"
        }
        #expect(try #require(refusal(text + "? *i\n: x\n")).message.contains("aliases"))
        // A few are what YAML is for.
        let few = "gossip.interval: &often 300ms\nmetrics.queueCheckInterval: *often\n"
        #expect(try settings(few).metrics.queueCheckInterval == .milliseconds(300))
    }

    @Test func bytesThatAreNotTextAreRefused() throws {
        #expect(throws: SettingsError(.fileMalformed, "")) {
            try SettingsSource.text([0x6c, 0xff, 0xfe], name: "x")
        }
    }

    @Test func aFileIsRead() throws {
        let folder = try Programs.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("cluster.yml").path
        // By its name it is YAML, whatever it begins with.
        try Data("{label: blue}".utf8).write(to: URL(fileURLWithPath: file))
        #expect(try MemberlistConfiguration(file: file, environment: [:], name: "a").label == "blue")
        for path in ["/nonexistent", "/", "/dev/zero"] {
            #expect(throws: SettingsError(.fileUnreadable, "")) { try SettingsSource.file(path) }
        }
    }

    /// Applications that use swift-configuration keep these settings where they keep theirs.
    @Test func anyProviderWillDo() async throws {
        func key(_ path: String) -> AbsoluteConfigKey { AbsoluteConfigKey(ConfigKey(path).components) }
        let provider = InMemoryProvider(values: [
            key("cluster.probe.indirectChecks"): ConfigValue(.int(5), isSecret: false),
            key("cluster.compression"): ConfigValue(.bool(false), isSecret: false),
            key("cluster.gossip.interval"): ConfigValue(.string("300ms"), isSecret: false),
            key("cluster.acceptedLabels"): ConfigValue(.stringArray(["", "blue"]), isSecret: false),
            key("label"): ConfigValue(.string("not this one"), isSecret: false),
        ])
        let source = SettingsSource.provider(provider.prefixKeys(with: "cluster"))
        let read = try MemberlistConfiguration(sources: [source], name: "a")
        #expect(read.probe.indirectChecks == 5 && !read.compression && read.label.isEmpty)
        #expect(read.gossip.interval == .milliseconds(300) && read.acceptedLabels == ["", "blue"])
        let bytes = InMemoryProvider(values: [key("label"): ConfigValue(.bytes([1]), isSecret: false)])
        #expect(throws: SettingsError(.wrongValue, "")) {
            try MemberlistConfiguration(sources: [.provider(bytes)], name: "a")
        }
    }

    @Test func swiftConfigurationReadsSuchAFileToo() async throws {
        let folder = try Programs.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("cluster.yaml").path
        try Data("probe:\n  indirectChecks: 5\n  streamFallback: false\nacceptedLabels: [a]".utf8)
            .write(to: URL(fileURLWithPath: file))
        let path = AbsoluteConfigKey(["filePath"])
        let place = InMemoryProvider(values: [path: ConfigValue(.string(file), isSecret: false)])
        let provider = try await FileProvider<SettingsSnapshot>(config: ConfigReader(provider: place))
        let reader = ConfigReader(provider: provider)
        #expect(reader.int(forKey: "probe.indirectChecks") == 5)
        #expect(reader.bool(forKey: "probe.streamFallback") == false)
        #expect(reader.stringArray(forKey: "acceptedLabels") == ["a"])
        #expect(reader.double(forKey: "acceptedLabels") == nil && reader.string(forKey: "label") == nil)
    }
}
