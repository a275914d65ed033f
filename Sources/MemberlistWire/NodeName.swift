/// A node's name: the bytes by which a cluster knows it.
///
/// HashiCorp's programs use text, and so should you: `NodeName("web-1")` or just `"web-1"`. The wire carries
/// any bytes, so a name that is not UTF-8 keeps its own bytes here and its ``description`` shows
/// replacement characters.
///
/// Two names are one when their bytes are equal.
public struct NodeName: Sendable {
    /// The name's bytes as they stand on the wire.
    public let bytes: ArraySlice<UInt8>

    /// A name of any bytes.
    public init(bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
    }

    /// A name of text, as UTF-8.
    public init(_ text: String) {
        self.init(bytes: ArraySlice(Array(text.utf8)))
    }

    /// Whether the name has no bytes. No member has such a name; in a message it means "not said".
    public var isEmpty: Bool { bytes.isEmpty }

    /// The same name in a buffer that holds nothing else, for whoever keeps it.
    package func owned() -> NodeName {
        NodeName(bytes: ArraySlice(Array(bytes)))
    }
}

extension NodeName: Hashable, Comparable {
    public static func == (lhs: NodeName, rhs: NodeName) -> Bool {
        lhs.bytes.equalsBytes(of: rhs.bytes)
    }

    public func hash(into hasher: inout Hasher) {
        bytes.withUnsafeBytes { hasher.combine(bytes: $0) }
    }

    public static func < (lhs: NodeName, rhs: NodeName) -> Bool {
        lhs.bytes.lexicographicallyPrecedes(rhs.bytes)
    }
}

extension NodeName: ExpressibleByStringLiteral, CustomStringConvertible {
    /// A name of text, as UTF-8.
    public init(stringLiteral value: String) {
        self.init(value)
    }

    /// The name as text; bytes that are not UTF-8 show as replacement characters.
    public var description: String {
        String(decoding: bytes, as: UTF8.self)
    }
}
