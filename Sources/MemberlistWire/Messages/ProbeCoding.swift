extension Ping: MessagePackRecord {
    enum Field: Int, MessagePackField {
        case sequence, node, sourceAddress, sourcePort, sourceNode

        @inline(__always)
        init?(_ key: FieldKey) {
            switch key {
            case FieldKey("SeqNo"): self = .sequence
            case FieldKey("Node"): self = .node
            case FieldKey("SourceAddr"): self = .sourceAddress
            case FieldKey("SourcePort"): self = .sourcePort
            case FieldKey("SourceNode"): self = .sourceNode
            default: return nil
            }
        }
    }

    static var blank: Ping { Ping(node: .blank, sourceNode: .blank) }

    @inline(__always)
    mutating func read(_ field: Field, from reader: inout MessagePackReader) throws(WireError) {
        switch field {
        case .sequence: sequence = try reader.readUnsigned()
        case .node: node = try reader.readName()
        case .sourceAddress: sourceAddress = try reader.readBytes()
        case .sourcePort: sourcePort = try reader.readUnsigned()
        case .sourceNode: sourceNode = try reader.readName()
        }
    }

    /// Appends the message, its type byte included.
    package func encode(into output: inout [UInt8]) {
        let source = ProbeSource(address: sourceAddress, node: sourceNode, port: sourcePort)
        output.append(MessageType.ping.rawValue)
        MessagePackWriter.map(2 + source.fields, into: &output)
        MessagePackWriter.key("Node", into: &output)
        MessagePackWriter.name(node, into: &output)
        MessagePackWriter.key("SeqNo", into: &output)
        MessagePackWriter.unsigned(sequence, into: &output)
        source.encode(into: &output)
    }
}

extension IndirectPing: MessagePackRecord {
    enum Field: Int, MessagePackField {
        case sequence, target, port, node, wantsNack, sourceAddress, sourcePort, sourceNode

        @inline(__always)
        init?(_ key: FieldKey) {
            switch key {
            case FieldKey("SeqNo"): self = .sequence
            case FieldKey("Target"): self = .target
            case FieldKey("Port"): self = .port
            case FieldKey("Node"): self = .node
            case FieldKey("Nack"): self = .wantsNack
            case FieldKey("SourceAddr"): self = .sourceAddress
            case FieldKey("SourcePort"): self = .sourcePort
            case FieldKey("SourceNode"): self = .sourceNode
            default: return nil
            }
        }
    }

    static var blank: IndirectPing { IndirectPing(node: .blank, sourceNode: .blank) }

    @inline(__always)
    mutating func read(_ field: Field, from reader: inout MessagePackReader) throws(WireError) {
        switch field {
        case .sequence: sequence = try reader.readUnsigned()
        case .target: target = try reader.readBytes()
        case .port: port = try reader.readUnsigned()
        case .node: node = try reader.readName()
        case .wantsNack: wantsNack = try reader.readBool()
        case .sourceAddress: sourceAddress = try reader.readBytes()
        case .sourcePort: sourcePort = try reader.readUnsigned()
        case .sourceNode: sourceNode = try reader.readName()
        }
    }

    /// Appends the message, its type byte included.
    package func encode(into output: inout [UInt8]) {
        let source = ProbeSource(address: sourceAddress, node: sourceNode, port: sourcePort)
        output.append(MessageType.indirectPing.rawValue)
        MessagePackWriter.map(5 + source.fields, into: &output)
        MessagePackWriter.key("Nack", into: &output)
        MessagePackWriter.bool(wantsNack, into: &output)
        MessagePackWriter.key("Node", into: &output)
        MessagePackWriter.name(node, into: &output)
        MessagePackWriter.key("Port", into: &output)
        MessagePackWriter.unsigned(UInt32(port), into: &output)
        MessagePackWriter.key("SeqNo", into: &output)
        MessagePackWriter.unsigned(sequence, into: &output)
        source.encode(into: &output)
        MessagePackWriter.key("Target", into: &output)
        MessagePackWriter.bytes(target, into: &output)
    }
}

extension Ack: MessagePackRecord {
    enum Field: Int, MessagePackField {
        case sequence, payload

        @inline(__always)
        init?(_ key: FieldKey) {
            switch key {
            case FieldKey("SeqNo"): self = .sequence
            case FieldKey("Payload"): self = .payload
            default: return nil
            }
        }
    }

    static var blank: Ack { Ack() }

    @inline(__always)
    mutating func read(_ field: Field, from reader: inout MessagePackReader) throws(WireError) {
        switch field {
        case .sequence: sequence = try reader.readUnsigned()
        case .payload: payload = try reader.readBytes()
        }
    }

    /// Appends the message, its type byte included.
    package func encode(into output: inout [UInt8]) {
        output.append(MessageType.ack.rawValue)
        MessagePackWriter.map(2, into: &output)
        MessagePackWriter.key("Payload", into: &output)
        MessagePackWriter.bytes(payload, into: &output)
        MessagePackWriter.key("SeqNo", into: &output)
        MessagePackWriter.unsigned(sequence, into: &output)
    }
}

extension Nack: MessagePackRecord {
    enum Field: Int, MessagePackField {
        case sequence

        @inline(__always)
        init?(_ key: FieldKey) {
            guard key == FieldKey("SeqNo") else { return nil }
            self = .sequence
        }
    }

    static var blank: Nack { Nack() }

    @inline(__always)
    mutating func read(_ field: Field, from reader: inout MessagePackReader) throws(WireError) {
        switch field {
        case .sequence: sequence = try reader.readUnsigned()
        }
    }

    /// Appends the message, its type byte included.
    package func encode(into output: inout [UInt8]) {
        output.append(MessageType.nack.rawValue)
        MessagePackWriter.map(1, into: &output)
        MessagePackWriter.key("SeqNo", into: &output)
        MessagePackWriter.unsigned(sequence, into: &output)
    }
}

/// The fields that a ping and an indirect ping leave out where they are empty, each on its own.
private struct ProbeSource {
    let address: WireBytes
    let node: NodeName
    let port: UInt16

    var fields: UInt8 {
        (address.isEmpty ? 0 : 1) + (node.isEmpty ? 0 : 1) + (port == 0 ? 0 : 1)
    }

    func encode(into output: inout [UInt8]) {
        if !address.isEmpty {
            MessagePackWriter.key("SourceAddr", into: &output)
            MessagePackWriter.bytes(address, into: &output)
        }
        if !node.isEmpty {
            MessagePackWriter.key("SourceNode", into: &output)
            MessagePackWriter.name(node, into: &output)
        }
        if port != 0 {
            MessagePackWriter.key("SourcePort", into: &output)
            MessagePackWriter.unsigned(UInt32(port), into: &output)
        }
    }
}

extension NodeName {
    /// No name, at no cost.
    static var blank: NodeName { NodeName(bytes: []) }
}
