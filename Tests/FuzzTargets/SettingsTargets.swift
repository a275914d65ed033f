import Foundation
import Memberlist
import MemberlistSettings
import MemberlistSimulator
import MemberlistWire

extension FuzzTarget {
    /// A file of settings, YAML or JSON: it is refused with a word on where and why, or it makes a configuration that
    /// is written and read again alike.
    static let settings = FuzzTarget("settings", longestInput: 1_024, seeds: SettingsSeeds.all) { bytes in
        for isJSON in [nil, true, false] {
            let source: SettingsSource
            do throws(SettingsError) {
                source = try .text(bytes, name: "file", isJSON: isJSON)
            } catch {
                try require(error.message.hasPrefix("file"), "it does not say where: \(error.message)")
                try require(error.message.utf8.count < 1_000, "it says too much")
                try require(!error.message.contains { $0.isNewline }, "it says it in more than a line")
                continue
            }
            let read = Outcome { () throws(SettingsError) in
                let configuration = try MemberlistConfiguration(sources: [source], name: "a")
                return try SettingsOutcome(configuration)
            }
            switch read {
            case .refused(let error): try require(!error.message.isEmpty, "it does not say why")
            case .value(let value):
                try require(value.fromYAML == value.yaml, "read again from YAML it is another")
                try require(value.fromJSON == value.yaml, "read again from JSON it is another")
            }
        }
    }

    /// A scenario of the simulator's.
    static let scenario = FuzzTarget("scenario", longestInput: 1_024, seeds: ScenarioSeeds.all) { bytes in
        do throws(ScenarioError) {
            let scenario = try Scenario(json: bytes)
            try scenario.validate()
        } catch {
            guard !"\(error)".isEmpty else { throw FuzzFailure(description: "it does not say why") }
        }
    }
}

/// A configuration as it is written, and as it is when what was written is read.
private struct SettingsOutcome: Equatable {
    let yaml: String
    let fromYAML: String
    let fromJSON: String

    init(_ configuration: MemberlistConfiguration) throws(SettingsError) {
        let example = SettingsExample(configuration)
        yaml = example.yaml
        fromYAML = try Self.again(Array(yaml.utf8), isJSON: false)
        fromJSON = try Self.again(Array(example.json.utf8), isJSON: true)
    }

    private static func again(_ bytes: [UInt8], isJSON: Bool) throws(SettingsError) -> String {
        let source = try SettingsSource.text(bytes, name: "again", isJSON: isJSON)
        do {
            return SettingsExample(try MemberlistConfiguration(sources: [source])).yaml
        } catch {
            return error.message
        }
    }
}

enum SettingsSeeds {
    static func all() throws -> [[UInt8]] {
        let example = SettingsExample.defaults
        let parts = stride(from: 0, to: example.yaml.utf8.count, by: 900).map {
            Array(example.yaml.utf8.dropFirst($0).prefix(900))
        }
        let others = [
            "", "{}", "probe:\n  interval: 2s\n  timeout: 1.5s\n", "probe.interval: 1h", "label: \"\\u00e9\"",
            #"{"probe":{"interval":"2s","indirectChecks":5},"allowedNetworks":["10.0.0.0/8","::1"]}"#,
            "allowedNetworks: []\nadvertiseHost: ~\n", "metrics: {labels: [dc=eu]}", "a: &a [b]\nc: *a\n",
            "profile: wan\nwire: native\nkeyringFile: /k\n", "acceptedLabels:\n- ''\n- blue\n", "[", "- a",
        ]
        return parts + others.map { Array($0.utf8) }
    }
}

enum ScenarioSeeds {
    static func all() throws -> [[UInt8]] {
        let others = [
            "{}", "[]", #"{"nodes":1e99}"#, #"{"minutes":-1}"#, #"{"latency":{"shortest":5}}"#,
            #"{"partitions":[{"at":1,"for":2}]}"#, #"{"seed":18446744073709551615}"#, #"{"nods":3}"#,
        ]
        return try Scenario.all.map { Array(try JSONEncoder().encode($0)) } + others.map { Array($0.utf8) }
    }
}
