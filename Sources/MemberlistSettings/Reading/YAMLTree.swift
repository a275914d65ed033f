internal import Memberlist
internal import Yams

/// YAML as settings: mappings of scalars and of lists of scalars.
enum YAMLTree {
    /// An alias stands for a tree that may hold aliases: a few dozen of them are more than memory holds.
    private static let mostAliases = 16
    private static let nulls: Set<String> = ["", "~", "null", "Null", "NULL"]

    static func read(_ text: String, into settings: inout SettingsText) throws(SettingsText.Fault) {
        guard aliases(in: text) <= mostAliases else {
            throw SettingsText.Fault(
                message: "it has more than \(mostAliases) aliases (*name): write them out"
            )
        }
        let root: Node?
        do {
            root = try Parser(yaml: text, encoding: .utf8).singleRoot()
        } catch {
            throw fault(error)
        }
        guard let root else { return }
        if isNull(root) { return }
        guard case .mapping = root else {
            throw SettingsText.Fault(message: "it is no mapping of keys to values")
        }
        try walk(root, path: [], into: &settings)
    }

    private static func walk(
        _ node: Node,
        path: [String],
        into settings: inout SettingsText
    ) throws(SettingsText.Fault) {
        let line = node.mark?.line
        switch node {
        case .mapping(let mapping):
            guard path.count < SettingsText.deepest else {
                throw SettingsText.Fault(message: "it is nested too deeply", line: line)
            }
            for (key, value) in mapping {
                guard case .scalar(let name) = key, !name.string.isEmpty else {
                    throw SettingsText.Fault(message: "a key is no text", line: line)
                }
                try walk(value, path: path + [name.string], into: &settings)
            }
        case .scalar(let scalar):
            try settings.add(path, isNull(node) ? .null : .text(scalar.string), line: line)
        case .sequence(let sequence):
            var elements: [String] = []
            for element in sequence {
                guard case .scalar(let scalar) = element, !isNull(element) else {
                    throw SettingsText.Fault(
                        message: "a list has something else than texts in it",
                        line: line
                    )
                }
                elements.append(scalar.string)
            }
            try settings.add(path, .list(elements), line: line)
        case .alias:
            throw SettingsText.Fault(message: "an alias stands for nothing", line: line)
        }
    }

    /// Nothing in quotes is null.
    private static func isNull(_ node: Node) -> Bool {
        guard case .scalar(let scalar) = node else { return false }
        return scalar.style == .plain && nulls.contains(scalar.string)
    }

    /// At least as many as there are: a word in a comment or a text may look like one.
    private static func aliases(in text: String) -> Int {
        var count = 0
        var last = UInt8(ascii: "\n")
        for byte in text.utf8 {
            if byte == UInt8(ascii: "*"), " \t\r\n[{,:?-".utf8.contains(last) { count += 1 }
            last = byte
        }
        return count
    }

    private static func fault(_ error: any Error) -> SettingsText.Fault {
        switch error as? YamlError {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            SettingsText.Fault(message: "it is no YAML: \(problem)", line: mark.line)
        case .duplicatedKeysInMapping(let keys, let context):
            SettingsText.Fault(
                message: "\((keys.first ?? "a key").printable) is there twice",
                line: context.mark.line
            )
        default: SettingsText.Fault(message: "it is no YAML")
        }
    }
}
