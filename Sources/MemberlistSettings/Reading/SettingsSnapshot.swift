public import Configuration

/// A settings file as swift-configuration takes it: JSON or YAML, with `FileProvider<SettingsSnapshot>` and
/// `ReloadingFileProvider<SettingsSnapshot>`.
///
/// Beyond what swift-configuration's own snapshots tell it knows which keys there are, and on which lines, so that a
/// slip of the pen is not a default in disguise; and it bounds what a file can cost, aliases in YAML included.
public struct SettingsSnapshot: FileConfigSnapshot {
    /// How a file is read.
    public struct ParsingOptions: FileParsingOptions {
        /// Whether it is JSON, or YAML; nil: JSON where it begins with a brace.
        public var isJSON: Bool?

        /// JSON where it begins with a brace, YAML otherwise.
        public static var `default`: ParsingOptions { ParsingOptions() }

        /// The format; nil: by the first character.
        public init(isJSON: Bool? = nil) {
            self.isJSON = isJSON
        }
    }

    /// The file's name, for messages.
    public let providerName: String
    let entries: [String: SettingsText.Entry]
    /// In the order of the lines.
    let keys: [String]

    /// - Throws: ``SettingsError``.
    public init(data: RawSpan, providerName: String, parsingOptions: ParsingOptions) throws {
        let bytes = data.withUnsafeBytes { Array($0) }
        try self.init(bytes, name: providerName, isJSON: parsingOptions.isJSON)
    }

    init(_ bytes: [UInt8], name: String, isJSON: Bool?) throws(SettingsError) {
        providerName = name
        do {
            let text = try SettingsText(bytes, isJSON: isJSON)
            keys = text.entries.map(\.key)
            entries = Dictionary(text.entries.map { ($0.key, $0) }) { first, _ in first }
        } catch {
            let place = error.line.map { "\(name), line \($0)" } ?? name
            throw SettingsError(.fileMalformed, "\(place): \(error.message)")
        }
    }

    /// The value of a key such as `probe.interval`, as text whatever it is, or as the type that is asked for.
    public func value(forKey key: AbsoluteConfigKey, type: ConfigType) throws -> LookupResult {
        let name = key.components.joined(separator: ".")
        guard let entry = entries[name], entry.value != .null else {
            return LookupResult(encodedKey: name, value: nil)
        }
        guard let content = entry.value.content(type) else {
            throw SettingsError(
                .wrongValue,
                "\(origin(of: name)): \(name) is \(entry.value); \(type.rawValue) is asked for"
            )
        }
        return LookupResult(encodedKey: name, value: ConfigValue(content, isSecret: false))
    }

    /// `cluster.yaml, line 3`.
    func origin(of key: String) -> String {
        entries[key]?.line.map { "\(providerName), line \($0)" } ?? providerName
    }

    public var description: String { "\(providerName)[\(keys.count) values]" }
    public var debugDescription: String { description }
}

extension SettingValue {
    fileprivate func content(_ type: ConfigType) -> ConfigContent? {
        switch (type, self) {
        case (.string, .text(let text)): .string(text)
        case (.int, .text(let text)): Int(text).map { .int($0) }
        case (.double, .text(let text)): Double(text).map { .double($0) }
        case (.bool, .text(let text)): Bool(text).map { .bool($0) }
        case (.stringArray, .list(let texts)): .stringArray(texts)
        default: nil
        }
    }
}
