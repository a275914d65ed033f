extension Alive: MessagePackRecord {
    enum Field: Int, MessagePackField {
        case incarnation, node, address, port, meta, versions

        @inline(__always)
        init?(_ key: FieldKey) {
            switch key {
            case FieldKey("Incarnation"): self = .incarnation
            case FieldKey("Node"): self = .node
            case FieldKey("Addr"): self = .address
            case FieldKey("Port"): self = .port
            case FieldKey("Meta"): self = .meta
            case FieldKey("Vsn"): self = .versions
            default: return nil
            }
        }
    }

    static var blank: Alive { Alive(node: .blank) }

    @inline(__always)
    mutating func read(_ field: Field, from reader: inout MessagePackReader) throws(WireError) {
        switch field {
        case .incarnation: incarnation = try reader.readUnsigned()
        case .node: node = try reader.readName()
        case .address: address = try reader.readBytes()
        case .port: port = try reader.readUnsigned()
        case .meta: meta = try reader.readBytes()
        case .versions: versions = try reader.readBytes()
        }
    }

    /// Appends the message, its type byte included.
    package func encode(into output: inout [UInt8]) {
        output.append(MessageType.alive.rawValue)
        MessagePackWriter.map(6, into: &output)
        MessagePackWriter.key("Addr", into: &output)
        MessagePackWriter.bytes(address, into: &output)
        MessagePackWriter.key("Incarnation", into: &output)
        MessagePackWriter.unsigned(incarnation, into: &output)
        MessagePackWriter.key("Meta", into: &output)
        MessagePackWriter.bytes(meta, into: &output)
        MessagePackWriter.key("Node", into: &output)
        MessagePackWriter.name(node, into: &output)
        MessagePackWriter.key("Port", into: &output)
        MessagePackWriter.unsigned(UInt32(port), into: &output)
        MessagePackWriter.key("Vsn", into: &output)
        MessagePackWriter.bytes(versions, into: &output)
    }
}

/// The fields of suspect and of dead, which are one structure on the wire.
enum AccusationField: Int, MessagePackField {
    case incarnation, node, from

    @inline(__always)
    init?(_ key: FieldKey) {
        switch key {
        case FieldKey("Incarnation"): self = .incarnation
        case FieldKey("Node"): self = .node
        case FieldKey("From"): self = .from
        default: return nil
        }
    }

    @inline(__always)
    func read(
        from reader: inout MessagePackReader,
        incarnation: inout UInt32,
        node: inout NodeName,
        from: inout NodeName
    ) throws(WireError) {
        switch self {
        case .incarnation: incarnation = try reader.readUnsigned()
        case .node: node = try reader.readName()
        case .from: from = try reader.readName()
        }
    }

    static func encode(
        _ type: MessageType,
        incarnation: UInt32,
        node: NodeName,
        from: NodeName,
        into output: inout [UInt8]
    ) {
        output.append(type.rawValue)
        MessagePackWriter.map(3, into: &output)
        MessagePackWriter.key("From", into: &output)
        MessagePackWriter.name(from, into: &output)
        MessagePackWriter.key("Incarnation", into: &output)
        MessagePackWriter.unsigned(incarnation, into: &output)
        MessagePackWriter.key("Node", into: &output)
        MessagePackWriter.name(node, into: &output)
    }
}

extension Suspect: MessagePackRecord {
    static var blank: Suspect { Suspect(node: .blank, from: .blank) }

    @inline(__always)
    mutating func read(_ field: AccusationField, from reader: inout MessagePackReader) throws(WireError) {
        try field.read(from: &reader, incarnation: &incarnation, node: &node, from: &from)
    }

    /// Appends the message, its type byte included.
    package func encode(into output: inout [UInt8]) {
        AccusationField.encode(.suspect, incarnation: incarnation, node: node, from: from, into: &output)
    }
}

extension Dead: MessagePackRecord {
    static var blank: Dead { Dead(node: .blank, from: .blank) }

    @inline(__always)
    mutating func read(_ field: AccusationField, from reader: inout MessagePackReader) throws(WireError) {
        try field.read(from: &reader, incarnation: &incarnation, node: &node, from: &from)
    }

    /// Appends the message, its type byte included.
    package func encode(into output: inout [UInt8]) {
        AccusationField.encode(.dead, incarnation: incarnation, node: node, from: from, into: &output)
    }
}
