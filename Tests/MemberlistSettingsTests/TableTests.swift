import Configuration
import Memberlist
import Testing

@testable import MemberlistSettings

/// The one table of knobs has every knob.
@Suite struct TableTests {
    /// Properties that no text can hold, each with the reason.
    static let leftOut = [
        "keyring": "keys are never in a file of settings; keyringFile names the file that holds them",
        "discovery.sources": "code, or the agent's flags --join, --discover and --discover-file",
    ]

    /// Where this fails, a knob was added to `MemberlistConfiguration`: add its row to `Knob+All.swift`.
    @Test func everyPropertyHasARow() {
        let known = Set(Knob.all.map(\.key))
        let stored = Set(properties(of: .lan(name: "a")).keys)
        #expect(stored.count > 40, "properties were not found: has Mirror changed?")
        #expect(known.count == Knob.all.count, "a key is there twice")
        for property in stored.subtracting(Self.leftOut.keys).subtracting(known).sorted() {
            Issue.record("\(property) is no knob: add a row to Knob+All.swift")
        }
        for key in known.subtracting(stored).sorted() {
            Issue.record("\(key) is a knob, and no property of MemberlistConfiguration")
        }
        for key in Self.leftOut.keys where !stored.contains(key) {
            Issue.record("\(key) is left out, and is no property any more")
        }
    }

    @Test(arguments: Knob.all.map(\.key)) func aRowSetsItsOwnPropertyAlone(key: String) throws {
        let knob = try #require(KnobNames.byKey[key])
        #expect(!knob.meaning.isEmpty && knob.meaning.utf8.count < 80 && knob.meaning.hasSuffix("."))
        let before = MemberlistConfiguration.lan(name: "a")
        var changed = 0
        for value in otherValues(than: knob.read(before), of: knob) {
            var after = before
            guard (try? knob.write(value, &after)) != nil else { continue }
            changed += 1
            let isSame = knob.read(after) == value || knob.read(after) == value.asList.map { .list($0) }
            #expect(isSame, "what was set is read again")
            let (old, new) = (properties(of: before), properties(of: after))
            #expect(old.keys.filter { old[$0] != new[$0] } == [key])
            var restored = after
            try knob.write(knob.read(before), &restored)
            #expect(properties(of: restored) == old)
        }
        #expect(changed > 0, "no value was taken")
    }

    /// Numbers and durations have bounds, and who goes beyond is told which knob it was and what to set.
    @Test(arguments: Knob.all.map(\.key)) func whatIsOutOfBoundsIsRefusedByName(key: String) throws {
        let knob = try #require(KnobNames.byKey[key])
        let usual = MemberlistConfiguration.lan(name: "a")
        // The application's versions bound each other, and the highest nothing else.
        guard Self.isMeasured(knob, in: usual), key != "delegateVersions.maximum" else { return }
        var refused = 0
        for text in ["-1", "255", String(Int.max), "999999h"] {
            var configuration = usual
            guard (try? knob.write(.text(text), &configuration)) != nil else { continue }
            do throws(ConfigurationError) {
                try configuration.validate()
            } catch {
                refused += 1
                let names = [key, "delegateVersions"]
                #expect(
                    names.contains(where: error.message.contains) && error.message.contains("set "),
                    "\(error)"
                )
            }
        }
        #expect(refused > 0, "\(key) has no bounds: add them to validate()")
    }

    /// Whether it takes a number or a duration: for nothing else is there a smallest and a largest.
    private static func isMeasured(_ knob: Knob, in configuration: MemberlistConfiguration) -> Bool {
        ["-1", "1", "1s"].contains { text in
            var configuration = configuration
            guard knob.style != .text else { return false }
            return (try? knob.write(.text(text), &configuration)) != nil
        }
    }

    /// The names that messages give are those that swift-configuration looks for.
    @Test(arguments: Knob.all.map(\.key) + ["profile"]) func aVariableIsFound(key: String) throws {
        let name = KnobNames.variable(key)
        let provider = EnvironmentVariablesProvider(environmentVariables: [name: "found"])
        let path = AbsoluteConfigKey(["memberlist"] + key.split(separator: ".").map { String($0) })
        #expect(try provider.value(forKey: path, type: .string).value?.content == .string("found"))
    }

    @Test func variablesAreUnlikeEachOther() {
        #expect(Set(Knob.all.map { KnobNames.variable($0.key) }).count == Knob.all.count)
        #expect(KnobNames.variable("gossip.toTheDead") == "MEMBERLIST_GOSSIP_TO_THE_DEAD")
    }
}
