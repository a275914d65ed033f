public import Configuration
internal import Memberlist

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// Where settings come from: a file, the environment, a program's flags, or any provider of swift-configuration's.
public struct SettingsSource: Sendable {
    struct Found {
        let value: SettingValue
        /// Where it stands, for messages.
        let origin: String
        /// Whether a message may show the value: one on a command line may be a key in another flag's place.
        var isShown = true
    }

    let find: @Sendable (_ key: String) throws(SettingsError) -> Found?

    /// The list under a key of somebody else's, and where it stands; nil: nothing is there.
    package func list(_ key: String) throws(SettingsError) -> (texts: [String], origin: String)? {
        guard let found = try find(key) else { return nil }
        guard let texts = found.value.asList else {
            throw SettingsError(
                .wrongValue,
                "\(found.origin): \(key) is \(found.value); set it to a list of texts"
            )
        }
        return (texts, found.origin)
    }

    /// A file of JSON or YAML, by its name's end or, without one, its first character. Keys nest, or are written with
    /// dots: `probe: {interval: 1s}` and `probe.interval: 1s` are one.
    ///
    /// - Parameters:
    ///   - path: The file, or a pipe.
    ///   - others: Keys that are somebody else's.
    /// - Throws: ``SettingsError``: it cannot be read, or has a key that is not known.
    public static func file(_ path: String, others: [String] = []) throws(SettingsError) -> SettingsSource {
        let bytes: [UInt8]
        do {
            bytes = try BoundedFile.read(path, limit: SettingsText.longest)
        } catch {
            throw SettingsError(.fileUnreadable, "\(path.printable): \(error.reason)")
        }
        let isJSON: Bool? =
            switch path.split(separator: ".").last {
            case "json": true
            case "yaml", "yml": false
            default: nil
            }
        return try text(bytes, name: path.printable, isJSON: isJSON, others: others)
    }

    /// The text of such a file.
    ///
    /// - Parameters:
    ///   - bytes: UTF-8, 256 KiB at most.
    ///   - name: What messages call it.
    ///   - isJSON: Nil: where it begins with a brace.
    ///   - others: Keys that are somebody else's.
    /// - Throws: ``SettingsError``.
    public static func text(
        _ bytes: [UInt8],
        name: String,
        isJSON: Bool? = nil,
        others: [String] = []
    ) throws(SettingsError) -> SettingsSource {
        let snapshot = try SettingsSnapshot(bytes, name: name, isJSON: isJSON)
        for key in snapshot.keys {
            let isKnown = KnobNames.byKey[key] != nil || key == Knob.profileKey || others.contains(key)
            // A section whose knobs are all commented out is null.
            let isEmptySection = snapshot.entries[key]?.value == .null && KnobNames.sections.contains(key)
            guard isKnown || isEmptySection else {
                throw UnknownName.key(key, at: snapshot.origin(of: key), others: others)
            }
        }
        return SettingsSource { key in
            snapshot.entries[key].map { Found(value: $0.value, origin: snapshot.origin(of: key)) }
        }
    }

    /// The environment: `MEMBERLIST_PROBE_INTERVAL=1s` is `probe.interval`, a list has commas between its elements or
    /// brackets around them. Variables that Kubernetes sets for a service named `memberlist` are passed over.
    ///
    /// - Parameters:
    ///   - variables: Nil: this process's.
    ///   - others: Keys whose variables are somebody else's.
    /// - Throws: ``SettingsError`` for a variable `MEMBERLIST_…` that is not known.
    public static func environment(
        _ variables: [String: String]? = nil,
        others: [String] = []
    ) throws(SettingsError) -> SettingsSource {
        let variables = variables ?? ProcessInfo.processInfo.environment
        let ours = variables.filter { $0.key.hasPrefix("MEMBERLIST_") }
        let known = Set((Knob.all.map(\.key) + [Knob.profileKey] + others).map(KnobNames.variable))
        for (name, value) in ours.sorted(by: { $0.key < $1.key })
        where !known.contains(name) && !UnknownName.isOfAService(name, value: value) {
            throw UnknownName.variable(name, others: others)
        }
        let provider = EnvironmentVariablesProvider(environmentVariables: ours)
        return Self.provider(provider.prefixKeys(with: "memberlist")) { KnobNames.variable($0) }
    }

    /// Any provider of swift-configuration's, asked for each knob by its key. An application that keeps these settings
    /// under a key of its own gives `provider.prefixKeys(with: "cluster")`. Keys that no knob has are not seen.
    public static func provider(_ provider: some ConfigProvider) -> SettingsSource {
        Self.provider(provider) { "\(provider.providerName), \($0)" }
    }

    private static func provider(
        _ provider: some ConfigProvider,
        origin: @escaping @Sendable (String) -> String
    ) -> SettingsSource {
        SettingsSource { key throws(SettingsError) in
            let path = AbsoluteConfigKey(key.split(separator: ".").map { String($0) })
            // A provider that keeps types gives a number as a number alone.
            for type in [ConfigType.string, .stringArray, .bool, .int, .double, .intArray, .doubleArray] {
                guard let result = try? provider.value(forKey: path, type: type) else { continue }
                guard let content = result.value?.content else { return nil }
                return SettingValue(content).map { Found(value: $0, origin: origin(key)) }
            }
            throw SettingsError(.wrongValue, "\(origin(key)): \(key) is neither a text nor a list of texts")
        }
    }

    /// Single values, each with the place that it comes from, as messages are to name it.
    package static func values(_ all: [(key: String, value: SettingValue, origin: String)]) -> SettingsSource
    {
        SettingsSource { key in
            // The last one, as with flags.
            all.last { $0.key == key }.map {
                Found(value: $0.value, origin: $0.origin, isShown: "\($0.value)".count <= longestShown)
            }
        }
    }

    /// Shorter than any key in base64, its quotes counted.
    private static let longestShown = 16

    /// Whether some knob has that key; what is wrong with it where none has.
    package static func check(_ key: String, at origin: String) throws(SettingsError) {
        guard KnobNames.byKey[key] == nil, key != Knob.profileKey else { return }
        // No knob has a digit in its name, and few keys have none.
        let isKey = key.contains { !$0.isLetter && $0 != "." }
        throw UnknownName.key(isKey ? "(hidden)" : key, at: origin, others: [])
    }
}

extension SettingValue {
    fileprivate init?(_ content: ConfigContent) {
        switch content {
        case .string(let text): self = .text(text)
        case .int(let number): self = .text(String(number))
        case .double(let number): self = .text(String(number))
        case .bool(let flag): self = .text(String(flag))
        case .stringArray(let texts): self = .list(texts)
        case .intArray(let numbers): self = .list(numbers.map { String($0) })
        case .doubleArray(let numbers): self = .list(numbers.map { String($0) })
        default: return nil
        }
    }
}
