/// The head of an encrypted record: its type byte, and how many bytes follow.
enum StreamRecord {
    static let headerCount = 5

    static func writeHeader(count: UInt32, into output: inout [UInt8]) {
        output.append(MessageType.encrypt.rawValue)
        withUnsafeBytes(of: count.bigEndian) { output.append(contentsOf: $0) }
    }

    /// The count that a record claims. There must be a whole header.
    static func count(in header: ArraySlice<UInt8>) -> Int {
        header.dropFirst().prefix(headerCount - 1).reduce(0) { $0 << 8 | Int($1) }
    }

    /// What the record's tag covers beside its plaintext.
    static func additionalData(header: ArraySlice<UInt8>, label: Label) -> [UInt8] {
        Array(header) + label.bytes
    }
}
