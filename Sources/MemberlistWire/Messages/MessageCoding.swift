extension Message {
    /// What the first byte says the bytes are; nil where there is none, or it is no type's.
    package static func type(of bytes: ArraySlice<UInt8>) -> MessageType? {
        bytes.first.flatMap(MessageType.init)
    }

    /// One message of a datagram whose layers are off. Bytes after it are ignored.
    ///
    /// - Parameter bytes: The message, from its type byte on. What is decoded points into them.
    package static func decode(_ bytes: ArraySlice<UInt8>) throws(WireError) -> Message {
        guard let first = bytes.first else { throw .truncated }
        guard let type = MessageType(rawValue: first) else { throw .unknownMessageType(first) }
        let body = bytes[(bytes.startIndex + 1)...]
        switch type {
        case .ping: return try .ping(.decode(body))
        case .indirectPing: return try .indirectPing(.decode(body))
        case .ack: return try .ack(.decode(body))
        case .nack: return try .nack(.decode(body))
        case .suspect: return try .suspect(.decode(body))
        case .alive: return try .alive(.decode(body))
        case .dead: return try .dead(.decode(body))
        case .user: return .user(body)
        case .pushPull, .error: throw .unknownMessageType(first)
        case .compound, .compress, .encrypt, .checksum, .label: throw .misplacedLayer
        }
    }

    /// Appends the message, its type byte included.
    package func encode(into output: inout [UInt8]) {
        switch self {
        case .ping(let ping): ping.encode(into: &output)
        case .indirectPing(let ping): ping.encode(into: &output)
        case .ack(let ack): ack.encode(into: &output)
        case .nack(let nack): nack.encode(into: &output)
        case .suspect(let suspect): suspect.encode(into: &output)
        case .alive(let alive): alive.encode(into: &output)
        case .dead(let dead): dead.encode(into: &output)
        case .user(let payload):
            output.append(MessageType.user.rawValue)
            output.append(contentsOf: payload)
        }
    }
}

extension MessageType {
    /// Whether the byte opens a layer around messages, and not a message.
    var isLayer: Bool {
        switch self {
        case .compound, .compress, .encrypt, .checksum, .label: true
        case .ping, .indirectPing, .ack, .suspect, .alive, .dead, .pushPull, .user, .nack, .error: false
        }
    }
}
