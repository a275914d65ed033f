/// Why a configuration was refused, and what to set instead.
public struct ConfigurationError: Error, Sendable {
    /// Which rule was broken. Two errors are equal when their codes are.
    public enum Code: String, Sendable, Hashable, CaseIterable {
        case nameEmpty
        case nameTooLong
        case portOutOfRange
        case metaTooLong
        case labelTooLong
        case protocolVersionOutOfRange
        case delegateVersionsOutOfOrder
        case probeTimeoutNotBelowInterval
        case durationOutOfRange
        case countOutOfRange
        case datagramSizeOutOfRange
    }

    public let code: Code
    /// What is wrong and what to set, for a person.
    public let message: String

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }
}

extension ConfigurationError: Hashable {
    public static func == (lhs: ConfigurationError, rhs: ConfigurationError) -> Bool {
        lhs.code == rhs.code
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(code)
    }
}

extension ConfigurationError: CustomStringConvertible {
    public var description: String { message }
}
