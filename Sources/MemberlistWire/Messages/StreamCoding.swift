extension PushPullHeader: MessagePackRecord {
    enum Field: Int, MessagePackField {
        case nodes, userStateLength, join

        @inline(__always)
        init?(_ key: FieldKey) {
            switch key {
            case FieldKey("Nodes"): self = .nodes
            case FieldKey("UserStateLen"): self = .userStateLength
            case FieldKey("Join"): self = .join
            default: return nil
            }
        }
    }

    static var blank: PushPullHeader { PushPullHeader() }

    @inline(__always)
    mutating func read(_ field: Field, from reader: inout MessagePackReader) throws(WireError) {
        switch field {
        case .nodes: nodes = try reader.readSigned()
        case .userStateLength: userStateLength = try reader.readSigned()
        case .join: join = try reader.readBool()
        }
    }

    /// Appends the map alone.
    func encode(into output: inout [UInt8]) {
        MessagePackWriter.map(3, into: &output)
        MessagePackWriter.key("Join", into: &output)
        MessagePackWriter.bool(join, into: &output)
        MessagePackWriter.key("Nodes", into: &output)
        MessagePackWriter.signed(nodes, into: &output)
        MessagePackWriter.key("UserStateLen", into: &output)
        MessagePackWriter.signed(userStateLength, into: &output)
    }

    /// Both are claims of a stranger's; nothing is done for them before this has let them pass.
    func checkLimits() throws(WireError) {
        guard (0...Limits.pushPullNodes).contains(nodes),
            (0...Limits.streamRecord).contains(userStateLength)
        else { throw .limitExceeded }
    }
}

extension PushNodeState: MessagePackRecord {
    enum Field: Int, MessagePackField {
        case name, address, port, meta, incarnation, state, versions

        @inline(__always)
        init?(_ key: FieldKey) {
            switch key {
            case FieldKey("Name"): self = .name
            case FieldKey("Addr"): self = .address
            case FieldKey("Port"): self = .port
            case FieldKey("Meta"): self = .meta
            case FieldKey("Incarnation"): self = .incarnation
            case FieldKey("State"): self = .state
            case FieldKey("Vsn"): self = .versions
            default: return nil
            }
        }
    }

    static var blank: PushNodeState { PushNodeState(name: .blank) }

    @inline(__always)
    mutating func read(_ field: Field, from reader: inout MessagePackReader) throws(WireError) {
        switch field {
        case .name: name = try reader.readName()
        case .address: address = try reader.readBytes()
        case .port: port = try reader.readUnsigned()
        case .meta: meta = try reader.readBytes()
        case .incarnation: incarnation = try reader.readUnsigned()
        case .state: state = try reader.readSigned()
        case .versions: versions = try reader.readBytes()
        }
    }
}

/// The map in front of a user message on a stream.
struct UserMessageHeader: MessagePackRecord {
    var length: Int

    enum Field: Int, MessagePackField {
        case length

        @inline(__always)
        init?(_ key: FieldKey) {
            guard key == FieldKey("UserMsgLen") else { return nil }
            self = .length
        }
    }

    static var blank: UserMessageHeader { UserMessageHeader(length: 0) }

    @inline(__always)
    mutating func read(_ field: Field, from reader: inout MessagePackReader) throws(WireError) {
        switch field {
        case .length: length = try reader.readSigned()
        }
    }

    func encode(into output: inout [UInt8]) {
        MessagePackWriter.map(1, into: &output)
        MessagePackWriter.key("UserMsgLen", into: &output)
        MessagePackWriter.signed(length, into: &output)
    }

    /// A claim of a stranger's; nothing is done for it before this has let it pass.
    func checkLimits() throws(WireError) {
        guard (0...Limits.streamUserMessage).contains(length) else { throw .limitExceeded }
    }
}

/// The answer to a stream that could not be read.
struct ErrorMessage: MessagePackRecord {
    var text: ArraySlice<UInt8>

    enum Field: Int, MessagePackField {
        case text

        @inline(__always)
        init?(_ key: FieldKey) {
            guard key == FieldKey("Error") else { return nil }
            self = .text
        }
    }

    static var blank: ErrorMessage { ErrorMessage(text: []) }

    @inline(__always)
    mutating func read(_ field: Field, from reader: inout MessagePackReader) throws(WireError) {
        switch field {
        case .text: text = try reader.readText()
        }
    }

    func encode(into output: inout [UInt8]) {
        MessagePackWriter.map(1, into: &output)
        MessagePackWriter.key("Error", into: &output)
        MessagePackWriter.text(text, into: &output)
    }
}
