internal import Memberlist

/// A value does not fit its knob.
struct Misfit: Error {
    /// What would.
    let allowed: String
    /// Whether the value may be shown.
    var isSecret = false
}

/// How a value is written.
enum KnobStyle {
    /// As it is: a number, true or false.
    case bare
    /// As it is in YAML, and in quotes in JSON: a duration.
    case word
    /// In quotes.
    case text
}

/// A type that a knob may have. A knob of a type that is here already needs nothing but its row.
protocol KnobValue: Sendable {
    static var style: KnobStyle { get }
    init(_ value: SettingValue) throws(Misfit)
    var setting: SettingValue { get }
}

/// A type that may stand in a knob's list.
protocol KnobElement: Sendable {
    /// What a list of them is, for a person.
    static var listed: String { get }
    init?(element: String)
    var element: String { get }
}

extension Bool: KnobValue {
    static var style: KnobStyle { .bare }

    init(_ value: SettingValue) throws(Misfit) {
        switch value {
        case .text("true"): self = true
        case .text("false"): self = false
        default: throw Misfit(allowed: "true or false")
        }
    }

    var setting: SettingValue { .text(description) }
}

extension KnobValue where Self: FixedWidthInteger {
    static var style: KnobStyle { .bare }

    init(_ value: SettingValue) throws(Misfit) {
        guard case .text(let text) = value, let number = Self(text) else {
            throw Misfit(allowed: "a whole number")
        }
        self = number
    }

    var setting: SettingValue { .text(String(self)) }
}

extension Int: KnobValue {}
extension UInt8: KnobValue {}

extension String: KnobValue {
    static var style: KnobStyle { .text }

    init(_ value: SettingValue) throws(Misfit) {
        guard case .text(let text) = value else { throw Misfit(allowed: "a text") }
        self = text
    }

    var setting: SettingValue { .text(self) }
}

extension NodeName: KnobValue {
    static var style: KnobStyle { .text }

    init(_ value: SettingValue) throws(Misfit) {
        self = NodeName(try String(value))
    }

    var setting: SettingValue { .text(description) }
}

extension Duration: KnobValue {
    static var style: KnobStyle { .word }

    init(_ value: SettingValue) throws(Misfit) {
        guard case .text(let text) = value, let duration = DurationText.read(text) else {
            throw Misfit(allowed: "a duration, such as 500ms, 1s or 2m")
        }
        self = duration
    }

    var setting: SettingValue { .text(DurationText.write(self)) }
}

extension WirePolicy: KnobValue {
    static var style: KnobStyle { .word }

    init(_ value: SettingValue) throws(Misfit) {
        guard case .text(let text) = value, let policy = WirePolicy(rawValue: text) else {
            throw Misfit(allowed: WirePolicy.allCases.map(\.rawValue).joined(separator: ", "))
        }
        self = policy
    }

    var setting: SettingValue { .text(rawValue) }
}

extension KeyringFile: KnobValue {
    static var style: KnobStyle { .text }

    init(_ value: SettingValue) throws(Misfit) {
        guard case .text(let path) = value, !path.isEmpty else { throw Misfit(allowed: "the path of a file") }
        guard (try? SecretKey(base64: path)) == nil else {
            throw Misfit(allowed: "the path of a file that holds the keys, not a key", isSecret: true)
        }
        self = KeyringFile(path: path)
    }

    var setting: SettingValue { .text(path) }
}

extension Optional: KnobValue where Wrapped: KnobValue {
    static var style: KnobStyle { Wrapped.style }

    init(_ value: SettingValue) throws(Misfit) {
        if value.isNull {
            self = nil
            return
        }
        do {
            self = try Wrapped(value)
        } catch {
            throw Misfit(allowed: "\(error.allowed), or null", isSecret: error.isSecret)
        }
    }

    var setting: SettingValue { self?.setting ?? .null }
}

// MARK: Lists

extension Array: KnobValue where Element: KnobElement {
    static var style: KnobStyle { .text }

    init(_ value: SettingValue) throws(Misfit) {
        guard let texts = value.asList else { throw Misfit(allowed: "a list, [] or \(Element.listed)") }
        var elements: [Element] = []
        for text in texts {
            guard let element = Element(element: text) else { throw Misfit(allowed: Element.listed) }
            elements.append(element)
        }
        self = elements
    }

    var setting: SettingValue { .list(map(\.element)) }
}

extension Set: KnobValue where Element: KnobElement & Comparable {
    static var style: KnobStyle { .text }

    init(_ value: SettingValue) throws(Misfit) { self.init(try [Element](value)) }

    var setting: SettingValue { sorted().setting }
}

extension Dictionary: KnobValue where Key == String, Value == String {
    static var style: KnobStyle { .text }

    init(_ value: SettingValue) throws(Misfit) {
        let misfit = Misfit(allowed: "a list of name=value, each name once, such as [\"dc=eu\"], or []")
        guard let texts = value.asList else { throw misfit }
        self = [:]
        for text in texts {
            guard let sign = text.firstIndex(of: "="), sign != text.startIndex else { throw misfit }
            let value = String(text[text.index(after: sign)...])
            guard updateValue(value, forKey: String(text[..<sign])) == nil else { throw misfit }
        }
    }

    var setting: SettingValue { .list(sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }) }
}

extension String: KnobElement {
    static var listed: String { "texts, such as [\"a\", \"b\"]" }
    init?(element: String) { self = element }
    var element: String { self }
}

extension NodeName: KnobElement {
    static var listed: String { "names of members, such as [\"web-1\", \"web-2\"]" }

    init?(element: String) {
        guard !element.isEmpty else { return nil }
        self = NodeName(element)
    }

    var element: String { description }
}

extension IPNetwork: KnobElement {
    static var listed: String { "networks, such as [\"10.0.0.0/8\", \"fd00::/8\"]" }
    init?(element: String) { self.init(element) }
    var element: String { description }
}
