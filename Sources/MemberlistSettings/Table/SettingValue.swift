internal import Memberlist

/// What a source says of one key, before it is known what its knob takes: all of it is text.
public enum SettingValue: Sendable, Hashable {
    /// Nothing, said out loud: `null` in a file.
    case null
    /// A text, a number, true or false, as it was written.
    case text(String)
    /// A list of such.
    case list([String])
}

extension SettingValue: CustomStringConvertible {
    /// As a message quotes it: no more than a line bears.
    public var description: String {
        switch self {
        case .null: "null"
        case .text(let text): "\"\(Self.bounded(text))\""
        case .list(let texts):
            "[\(texts.prefix(8).map { "\"\(Self.bounded($0))\"" }.joined(separator: ", "))]"
        }
    }

    private static func bounded(_ text: String) -> String {
        let printable = text.printable
        return printable.count > 60 ? printable.prefix(60) + "…" : printable
    }
}

extension SettingValue {
    /// The same with what stands for a list in a source of plain texts, as an environment is: commas between the
    /// texts, or brackets around them; nil where brackets enclose no list.
    var asList: [String]? {
        switch self {
        case .null: nil
        case .list(let texts): texts
        case .text(let text) where text.hasPrefix("["): SettingsText.flowList(text)
        case .text(""): nil
        case .text(let text):
            text.split(separator: ",", omittingEmptySubsequences: false).map { part in
                let start = part.drop { $0 == " " }
                return String(start.reversed().drop { $0 == " " }.reversed())
            }
        }
    }

    /// Nothing, in a source of plain texts.
    var isNull: Bool { self == .null || self == .text("null") }
}
