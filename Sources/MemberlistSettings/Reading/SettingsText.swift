internal import Memberlist

/// What one file says, key by key, in the order of its lines.
struct SettingsText {
    struct Entry: Hashable {
        let key: String
        let value: SettingValue
        /// Nil in JSON, whose parser does not tell.
        let line: Int?
    }

    /// Why a text is no settings.
    struct Fault: Error {
        let message: String
        var line: Int?
    }

    /// Bytes of a file. The example with every knob has 6 KiB.
    static let longest = 256 * 1024
    /// Deeper than any knob lies.
    static let deepest = 8
    static let mostEntries = 4_096
    static let mostElements = 4_096

    private(set) var entries: [Entry] = []

    /// - Parameter isJSON: Nil: JSON where the text begins with a brace.
    init(_ bytes: [UInt8], isJSON: Bool? = nil) throws(Fault) {
        guard bytes.count <= Self.longest else {
            throw Fault(message: "it has more than \(Self.longest) bytes")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw Fault(message: "it is not UTF-8")
        }
        let first = bytes.first { !" \t\r\n".utf8.contains($0) }
        if isJSON ?? (first == UInt8(ascii: "{")) {
            try JSONTree.read(bytes, into: &self)
        } else {
            try YAMLTree.read(text, into: &self)
        }
    }

    mutating func add(_ path: [String], _ value: SettingValue, line: Int? = nil) throws(Fault) {
        guard entries.count < Self.mostEntries else {
            throw Fault(message: "it has more than \(Self.mostEntries) values", line: line)
        }
        if case .list(let elements) = value, elements.count > Self.mostElements {
            throw Fault(message: "a list has more than \(Self.mostElements) elements", line: line)
        }
        let key = path.joined(separator: ".")
        guard !keys.contains(key) else {
            throw Fault(message: "\(key.printable) is there twice", line: line)
        }
        keys.insert(key)
        entries.append(Entry(key: key, value: value, line: line))
    }

    private var keys: Set<String> = []

    /// A list of texts between brackets; nil where the text is no such list.
    static func flowList(_ text: String) -> [String]? {
        guard let lists = try? SettingsText(Array("list: \(text)".utf8), isJSON: false),
            lists.entries.count == 1, case .list(let elements) = lists.entries[0].value
        else { return nil }
        return elements
    }
}
