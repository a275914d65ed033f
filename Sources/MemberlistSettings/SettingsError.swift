/// Why settings cannot be used: what is wrong, where it stands, and what may stand there.
public struct SettingsError: Error, Sendable {
    /// What kind of fault it is. Two errors are equal when their codes are.
    public enum Code: String, Sendable, Hashable, CaseIterable {
        /// The file is not there, cannot be read, or has more than 256 KiB.
        case fileUnreadable
        /// The file is neither JSON nor YAML with one mapping in it.
        case fileMalformed
        /// A key that no knob has.
        case unknownKey
        /// A variable `MEMBERLIST_…` that no knob has.
        case unknownVariable
        /// A value that its knob cannot have.
        case wrongValue
        /// No source gives the node a name.
        case nameMissing
        /// Each value is one that its knob may have, and together they cannot work: see `ConfigurationError`.
        case refused
    }

    /// The kind of fault.
    public let code: Code
    /// Key, value, source, and what is allowed, for a person. No key of a keyring is ever in it.
    public let message: String

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }
}

extension SettingsError: Hashable {
    public static func == (lhs: SettingsError, rhs: SettingsError) -> Bool {
        lhs.code == rhs.code
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(code)
    }
}

extension SettingsError: CustomStringConvertible {
    public var description: String { message }
}
