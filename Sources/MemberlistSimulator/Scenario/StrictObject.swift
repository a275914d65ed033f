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
        guard (0...1).contains(number) else {
            throw ScenarioError("\(name(key)) must be from 0 to 1, such as 0.1 for a tenth; it is \(number)")
        }
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

/// Units in which people write times.
enum TimeUnit: String, CustomStringConvertible {
    case milliseconds, seconds, minutes

    var description: String { rawValue }

    private var microseconds: Int64 {
        switch self {
        case .milliseconds: 1_000
        case .seconds: 1_000_000
        case .minutes: 60_000_000
        }
    }

    /// A week.
    var most: Int64 { 604_800_000_000 / microseconds }

    /// To the microsecond; nil where it is negative or longer than a week.
    func duration(_ number: Double) -> Duration? {
        guard number >= 0, number <= Double(most) else { return nil }
        return .microseconds(Int64((number * Double(microseconds)).rounded()))
    }

    func number(_ duration: Duration) -> Double {
        Double(duration.nanoseconds / 1_000) / Double(microseconds)
    }
}

/// What somebody may have meant.
enum NearestWord {
    /// The word that takes the fewest changes, where they are few enough to believe it.
    static func find(_ word: String, among words: [String]) -> String? {
        let ranked = words.map { (distance: distance(word.lowercased(), $0.lowercased()), word: $0) }
        guard let best = ranked.min(by: { ($0.distance, $0.word) < ($1.distance, $1.word) }),
            best.distance <= max(1, word.count / 2)
        else { return nil }
        return best.word
    }

    /// Letters to put in, take out or change, and neighbours to swap.
    static func distance(_ first: String, _ second: String) -> Int {
        let (first, second) = (Array(first), Array(second))
        var rows = [Array(0...second.count)]
        for (line, letter) in first.enumerated() {
            var row = [line + 1]
            for (column, other) in second.enumerated() {
                var least = min(
                    rows[line][column] + (letter == other ? 0 : 1),
                    rows[line][column + 1] + 1,
                    row[column] + 1
                )
                if line > 0, column > 0, letter == second[column - 1], first[line - 1] == other {
                    least = min(least, rows[line - 1][column - 1] + 1)
                }
                row.append(least)
            }
            rows.append(row)
        }
        return rows[first.count][second.count]
    }
}
