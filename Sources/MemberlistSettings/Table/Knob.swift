internal import Memberlist

/// One row of the table: a knob of `MemberlistConfiguration`, by the path that names it everywhere. Files, variables,
/// `--set`, the printed example and the tests all come from these rows.
struct Knob: Sendable {
    /// The property's path, as it is written in Swift: `probe.interval`.
    let key: String
    /// What it does and costs, in one line for the printed example.
    let meaning: String
    let style: KnobStyle
    let read: @Sendable (MemberlistConfiguration) -> SettingValue
    let write: @Sendable (SettingValue, inout MemberlistConfiguration) throws(Misfit) -> Void

    init<Value: KnobValue>(
        _ key: String,
        _ path: any WritableKeyPath<MemberlistConfiguration, Value> & Sendable,
        _ meaning: String
    ) {
        self.key = key
        self.meaning = meaning
        style = Value.style
        read = { $0[keyPath: path].setting }
        write = { value, configuration throws(Misfit) in configuration[keyPath: path] = try Value(value) }
    }

    /// The sections that the key lies in, and its own name: `probe`, `interval`.
    var parts: [String] { key.split(separator: ".").map { String($0) } }
}

/// Names under which settings are found.
enum KnobNames {
    static let byKey = Dictionary(Knob.all.map { ($0.key, $0) }) { first, _ in first }

    /// `probe`, `gossip` and so on.
    static let sections = Set(
        Knob.all.flatMap { knob in
            knob.parts.indices.dropFirst().map { knob.parts[..<$0].joined(separator: ".") }
        }
    )

    /// The environment's name of a key, as swift-configuration makes it: `probe.interval` is
    /// `MEMBERLIST_PROBE_INTERVAL`.
    static func variable(_ key: String) -> String {
        var name = ""
        var last: Character?
        for character in key {
            if character == "." {
                name += "_"
            } else {
                if character.isUppercase, last?.isLowercase == true { name += "_" }
                name += character.uppercased()
            }
            last = character
        }
        return "MEMBERLIST_" + name
    }
}
