import Memberlist
import Testing

@testable import MemberlistSettings

/// What a text makes of a configuration, laid over the local network's.
func settings(
    _ text: String,
    _ variables: [String: String] = [:],
    name: NodeName? = "a"
) throws(SettingsError) -> MemberlistConfiguration {
    try MemberlistConfiguration(
        sources: [.text(Array(text.utf8), name: "cluster.yaml"), .environment(variables)],
        name: name
    )
}

/// What is said of it.
func refusal(_ text: String, _ variables: [String: String] = [:], name: NodeName? = "a") -> SettingsError? {
    do {
        _ = try settings(text, variables, name: name)
        return nil
    } catch {
        return error
    }
}

/// Every stored property of a configuration by its path, nested ones too, as text.
func properties(of configuration: MemberlistConfiguration) -> [String: String] {
    func walk(_ value: Any, _ path: String, into all: inout [String: String]) {
        for child in Mirror(reflecting: value).children {
            guard let label = child.label else { continue }
            let place = path.isEmpty ? label : "\(path).\(label)"
            let isSection = String(reflecting: type(of: child.value)).hasPrefix(
                "Memberlist.MemberlistConfiguration."
            )
            if isSection {
                walk(child.value, place, into: &all)
            } else {
                all[place] = String(reflecting: child.value)
            }
        }
    }
    var all: [String: String] = [:]
    walk(configuration, "", into: &all)
    return all
}

/// A value of each type that no preset has.
func otherValues(than value: SettingValue, of knob: Knob) -> [SettingValue] {
    switch knob.key {
    case "allowedNetworks": return [.list([]), .list(["10.0.0.0/8", "fd00::/8"])]
    case "metrics.labels": return [.list(["dc=eu", "rack=7"])]
    default: break
    }
    return switch value {
    case .text("true"): [.text("false")]
    case .text("false"): [.text("true")]
    case .text(let text) where Int(text) != nil: [.text("77")]
    case .text(let text) where DurationText.read(text) != nil: [.text("77ms")]
    case .text: [.text("native"), .text("77ms")]
    case .list: [.list(["x", "y"])]
    case .null: [.text("77ms"), .text("77"), .list(["x", "y"])]
    }
}
