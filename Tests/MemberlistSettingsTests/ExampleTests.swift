import Memberlist
import Testing

@testable import MemberlistSettings

/// The printed example has every knob, and what it says of their defaults is true.
@Suite struct ExampleTests {
    @Test(arguments: SettingsPreset.allCases, [true, false])
    func theExampleIsTheDefaults(preset: SettingsPreset, isJSON: Bool) throws {
        let defaults = preset.configuration(name: "node-1")
        let example = SettingsExample(defaults)
        let text = isJSON ? example.json : example.yaml
        let snapshot = try SettingsSnapshot(Array(text.utf8), name: "example", isJSON: isJSON)
        #expect(Set(snapshot.keys) == Set(Knob.all.map(\.key)))
        #expect(properties(of: try settings(text, name: nil)) == properties(of: defaults))
    }

    @Test func everyKnobIsExplained() {
        let yaml = SettingsExample.defaults.yaml
        for knob in Knob.all { #expect(yaml.contains("# \(knob.meaning)\n")) }
        for line in yaml.split(separator: "\n") { #expect(line.utf8.count <= 110, "\(line)") }
    }

    /// Texts that look like something else are texts when they are read again.
    @Test(arguments: [
        "null", "true", "7", "1s", "", "a: b", "#no comment", "\"'\\", "tab\tnew\nline", "*x", "\u{7f}\u{85}",
        "é🙂",
    ])
    func oddTextsSurvive(text: String) throws {
        var odd = MemberlistConfiguration.lan(name: NodeName("n" + text))
        odd.label = text
        odd.acceptedLabels = [text, "x"]
        odd.advertiseHost = text == "null" ? nil : text
        odd.metrics.labels = ["k": text]
        let example = SettingsExample(odd)
        #expect(properties(of: try settings(example.yaml)) == properties(of: odd))
        #expect(properties(of: try settings(example.json)) == properties(of: odd))
    }
}
