#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// JSON as settings: objects of scalars and of lists of scalars.
enum JSONTree {
    case scalar(SettingValue)
    case list([JSONTree])
    case object([(key: String, value: JSONTree)])

    static func read(_ bytes: [UInt8], into settings: inout SettingsText) throws(SettingsText.Fault) {
        let root: JSONTree
        do {
            root = try JSONDecoder().decode(JSONTree.self, from: Data(bytes))
        } catch let fault as SettingsText.Fault {
            throw fault
        } catch {
            throw SettingsText.Fault(message: "it is no JSON")
        }
        guard case .object = root else {
            throw SettingsText.Fault(message: "it is no object of keys and values, {...}")
        }
        try root.walk(path: [], into: &settings)
    }

    private func walk(path: [String], into settings: inout SettingsText) throws(SettingsText.Fault) {
        switch self {
        case .scalar(let value): try settings.add(path, value)
        case .object(let members):
            for (key, value) in members {
                guard !key.isEmpty else { throw SettingsText.Fault(message: "a key is empty") }
                try value.walk(path: path + [key], into: &settings)
            }
        case .list(let elements):
            var texts: [String] = []
            for element in elements {
                guard case .scalar(.text(let text)) = element else {
                    throw SettingsText.Fault(message: "a list has something else than texts in it")
                }
                texts.append(text)
            }
            try settings.add(path, .list(texts))
        }
    }
}

extension JSONTree: Decodable {
    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    init(from decoder: any Decoder) throws {
        guard decoder.codingPath.count <= SettingsText.deepest else {
            throw SettingsText.Fault(message: "it is nested too deeply")
        }
        if let object = try? decoder.container(keyedBy: Key.self) {
            let keys = object.allKeys.sorted { $0.stringValue < $1.stringValue }
            self = .object(
                try keys.map { ($0.stringValue, try object.decode(JSONTree.self, forKey: $0)) }
            )
            return
        }
        if var list = try? decoder.unkeyedContainer() {
            var elements: [JSONTree] = []
            while !list.isAtEnd { elements.append(try list.decode(JSONTree.self)) }
            self = .list(elements)
            return
        }
        let value = try decoder.singleValueContainer()
        if value.decodeNil() {
            self = .scalar(.null)
        } else if let flag = try? value.decode(Bool.self) {
            self = .scalar(.text(String(flag)))
        } else if let text = try? value.decode(String.self) {
            self = .scalar(.text(text))
        } else if let number = try? value.decode(Int64.self) {
            self = .scalar(.text(String(number)))
        } else {
            self = .scalar(.text(String(try value.decode(Double.self))))
        }
    }
}
