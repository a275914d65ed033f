/// Why a configuration was refused, and what to set instead.
public struct ConfigurationError: Error, Sendable {
    /// Which rule was broken. Two errors are equal when their codes are.
    public enum Code: String, Sendable, Hashable, CaseIterable {
        /// The node has no name.
        case nameEmpty
        /// Names have 255 bytes at most.
        case nameTooLong
        /// `bindPort` is 0 to 65,535, `advertisePort` 1 to 65,535.
        case portOutOfRange
        /// Metadata has `metaLimit` bytes at most.
        case metaTooLong
        /// An alive with that much metadata would not fit a datagram.
        case metaLimitOutOfRange
        /// Labels have 255 bytes at most.
        case labelTooLong
        /// Versions 1 to 5 exist.
        case protocolVersionOutOfRange
        /// `minimum <= current <= maximum` does not hold.
        case delegateVersionsOutOfOrder
        /// A probe's helpers and its stream would get no time.
        case probeTimeoutNotBelowInterval
        /// A duration is negative, too long, or zero where that means nothing.
        case durationOutOfRange
        /// A count is outside its range, which the message gives.
        case countOutOfRange
        /// Datagrams have 1,200 to 65,507 bytes at most.
        case datagramSizeOutOfRange
        /// A metric's label has no name.
        case labelNameEmpty
        /// The native dialect alone needs a keyring, and everything encrypted.
        case nativeWithoutEncryption
        /// A name server is an address, with or without a port.
        case nameServerMalformed
        /// A search domain is a name of letters, digits, hyphens and dots.
        case searchDomainMalformed
    }

    /// The rule.
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
