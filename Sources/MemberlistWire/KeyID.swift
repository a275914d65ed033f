/// What a key is called where it must not be shown: 8 bytes derived from it, from which nothing of it can be
/// learned. The native suite writes it in front of every frame, and logs, events and commands name keys by it.
public struct KeyID: Hashable, Sendable {
    /// The 8 bytes, the first one highest.
    public let rawValue: UInt64

    /// Names a key by its identifier.
    public init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    /// Reads the 16 hexadecimal digits of ``description``; nil for any other text.
    public init?(_ text: some StringProtocol) {
        guard text.utf8.count == 16, text.utf8.allSatisfy({ $0 != UInt8(ascii: "+") }),
            let value = UInt64(text, radix: 16)
        else { return nil }
        rawValue = value
    }
}

extension KeyID: CustomStringConvertible {
    /// 16 lower-case hexadecimal digits.
    public var description: String {
        let digits = String(rawValue, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}

extension KeyID: Comparable {
    /// In the order of their bytes.
    public static func < (lhs: KeyID, rhs: KeyID) -> Bool { lhs.rawValue < rhs.rawValue }
}
