/// A message or header that MessagePack carries as a structure of named fields.
protocol MessagePackRecord {
    /// The fields in the order of HashiCorp's source, which is the order of a record sent as an array.
    associatedtype Field: MessagePackField

    /// Every field zero or null.
    static var blank: Self { get }

    mutating func read(_ field: Field, from reader: inout MessagePackReader) throws(WireError)
}

protocol MessagePackField: RawRepresentable<Int> {
    init?(_ key: FieldKey)
}

extension MessagePackRecord {
    /// The record at the reader's cursor. Of two equal keys the last wins; what has no field is skipped.
    @inline(__always)
    static func decode(from reader: inout MessagePackReader) throws(WireError) -> Self {
        var record = Self.blank
        switch try reader.readContainer() {
        case .map(let entries):
            for _ in 0..<entries {
                if let field = try Field(reader.readKey()) {
                    try record.read(field, from: &reader)
                } else {
                    try reader.skip(depth: 1)
                }
            }
        case .array(let elements):
            for index in 0..<elements {
                if let field = Field(rawValue: index) {
                    try record.read(field, from: &reader)
                } else {
                    try reader.skip(depth: 1)
                }
            }
        case .null:
            break
        }
        return record
    }

    static func decode(_ bytes: ArraySlice<UInt8>) throws(WireError) -> Self {
        var reader = MessagePackReader(bytes)
        return try decode(from: &reader)
    }
}
