internal import Memberlist

/// A JSON object of which every key must be known, so that a slip of the pen is not a default in disguise.
struct StrictObject {
    struct Key: CodingKey {
        let stringValue: String
        let intValue: Int?

        init(stringValue: String) {
            self.stringValue = stringValue
            intValue = nil
        }

        init?(intValue: Int) { nil }
    }

    private let container: KeyedDecodingContainer<Key>
    private let path: [any CodingKey]

    init(_ decoder: any Decoder, keys: [String]) throws {
        container = try decoder.container(keyedBy: Key.self)
        path = decoder.codingPath
        let unknown = container.allKeys.map(\.stringValue).filter { !keys.contains($0) }.sorted()
        guard let first = unknown.first else { return }
        let guess = NearestWord.find(first, among: keys)
        throw ScenarioError(
            "\(name(first)) is no key"
                + (guess.map { ": did you mean \"\($0)\"?" }
                    ?? "; the keys here are \(keys.joined(separator: ", "))")
        )
    }

    /// `partitions[0].at`.
    func name(_ key: String) -> String {
        var text = ""
        for step in path {
            if let index = step.intValue {
                text += "[\(index)]"
            } else {
                text += (text.isEmpty ? "" : ".") + step.stringValue
            }
        }
        return (text.isEmpty ? "" : text + ".") + key
    }

    /// What stands under a key; nil where nothing does.
    func value<Value: Decodable>(_ key: String, _ kind: String, as type: Value.Type = Value.self) throws
        -> Value?
    {
        do {
            return try container.decodeIfPresent(Value.self, forKey: Key(stringValue: key))
        } catch let error as ScenarioError {
            throw error
        } catch {
            throw ScenarioError("\(name(key)) must be \(kind)")
        }
    }

    func text(_ key: String) throws -> String? { try value(key, "a text in quotes") }
    func flag(_ key: String) throws -> Bool? { try value(key, "true or false") }
    func count(_ key: String) throws -> Int? { try value(key, "a whole number") }

    /// A share of a whole.
    func share(_ key: String) throws -> Double? {
        guard let number: Double = try value(key, "a number from 0 to 1") else { return nil }
        try ScenarioError.check(share: number, name(key))
        return number
    }

    /// A time in that unit.
    func time(_ key: String, in unit: TimeUnit = .seconds) throws -> Duration? {
        guard let number: Double = try value(key, "a number of \(unit)") else { return nil }
        guard let duration = unit.duration(number) else {
            throw ScenarioError("\(name(key)) must be from 0 to \(unit.most) \(unit); it is \(number)")
        }
        return duration
    }
}
