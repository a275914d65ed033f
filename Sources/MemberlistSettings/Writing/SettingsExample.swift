public import Memberlist

/// A configuration as a file: every knob with its value and what it does.
public struct SettingsExample: Sendable {
    private let configuration: MemberlistConfiguration

    /// The defaults of the local network's preset, under a name to be changed.
    public static var defaults: SettingsExample { SettingsExample(.lan(name: "node-1")) }

    /// That configuration. Keys are left out of it, and so is metadata that is not UTF-8.
    public init(_ configuration: MemberlistConfiguration) {
        self.configuration = configuration
    }

    /// YAML, each knob under a line that says what it does.
    public var yaml: String {
        var lines = [
            "# The settings of a member. 'profile: lan', wan or local decides what those have that are left out.",
            "# A variable overrides what stands here: MEMBERLIST_PROBE_INTERVAL=2s is probe.interval.",
        ]
        var section: [String] = []
        for knob in Knob.all {
            let path = Array(knob.parts.dropLast())
            if path != section {
                lines.append("")
                lines += path.enumerated().map { "\(Self.indent($0.offset))\($0.element):" }
                section = path
            }
            let indent = Self.indent(path.count)
            lines.append("\(indent)# \(knob.meaning)")
            lines.append("\(indent)\(knob.parts.last ?? ""): \(value(of: knob, quotesWords: false))")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// JSON, without words.
    public var json: String {
        var lines: [String] = []
        var section: [String] = []
        var needsComma = false
        func put(_ line: String, opens: Bool = false) {
            if needsComma, let last = lines.indices.last { lines[last] += "," }
            lines.append(line)
            needsComma = !opens
        }
        func close(_ depth: Int) {
            lines.append("\(Self.indent(depth))}")
            needsComma = true
        }
        lines.append("{")
        for knob in Knob.all {
            let path = Array(knob.parts.dropLast())
            if path != section {
                for depth in section.indices.reversed() { close(depth + 1) }
                for (depth, name) in path.enumerated() {
                    put("\(Self.indent(depth + 1))\(Self.quoted(name)): {", opens: true)
                }
                section = path
            }
            let name = Self.quoted(knob.parts.last ?? "")
            put("\(Self.indent(path.count + 1))\(name): \(value(of: knob, quotesWords: true))")
        }
        for depth in section.indices.reversed() { close(depth + 1) }
        lines.append("}")
        return lines.joined(separator: "\n") + "\n"
    }

    private func value(of knob: Knob, quotesWords: Bool) -> String {
        switch knob.read(configuration) {
        case .null: return "null"
        case .list(let texts): return "[\(texts.map(Self.quoted).joined(separator: ", "))]"
        case .text(let text):
            switch knob.style {
            case .bare: return text
            case .word: return quotesWords ? Self.quoted(text) : text
            case .text: return Self.quoted(text)
            }
        }
    }

    private static func indent(_ depth: Int) -> String { String(repeating: "  ", count: depth) }

    /// JSON's quotes, which YAML reads alike.
    private static func quoted(_ text: String) -> String {
        let scalars = text.unicodeScalars.map { scalar in
            switch scalar {
            case "\"": "\\\""
            case "\\": "\\\\"
            case _ where scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value):
                "\\u" + String(String(scalar.value + 0x10000, radix: 16).dropFirst())
            default: String(scalar)
            }
        }
        return "\"\(scalars.joined())\""
    }
}
