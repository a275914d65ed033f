extension PushPull {
    /// Appends the message, its type byte included.
    package func encode(into output: inout [UInt8]) {
        output.append(MessageType.pushPull.rawValue)
        let header = PushPullHeader(nodes: nodes.count, userStateLength: userState.count, join: join)
        header.encode(into: &output)
        nodes.encode(into: &output)
        output.append(contentsOf: userState)
    }

    fileprivate static func decode(from reader: inout MessagePackReader) throws(WireError) -> PushPull {
        let header = try PushPullHeader.decode(from: &reader)
        try header.checkLimits()
        // A state takes a byte at least, so a count that lies makes no room here.
        let count = reader.rest.count
        guard header.nodes <= count else { throw .truncated }
        guard header.nodes <= Limits.pushPullSmallStates + count / Limits.pushPullStateBytes else {
            throw .limitExceeded
        }
        let nodes = try NodeStateReader.read(header.nodes, from: &reader)
        guard header.userStateLength <= reader.rest.count else { throw .truncated }
        return PushPull(
            join: header.join,
            nodes: nodes,
            userState: Array(reader.rest.prefix(header.userStateLength))
        )
    }
}

extension StreamMessage {
    /// One message of a stream whose layers are off. Bytes after it are ignored.
    ///
    /// - Parameter bytes: The message, from its type byte on. What is decoded points into them.
    package static func decode(_ bytes: ArraySlice<UInt8>) throws(WireError) -> StreamMessage {
        guard let first = bytes.first else { throw .truncated }
        guard let type = MessageType(rawValue: first) else { throw .unknownMessageType(first) }
        var reader = MessagePackReader(bytes[(bytes.startIndex + 1)...])
        switch type {
        case .pushPull:
            return try .pushPull(.decode(from: &reader))
        case .user:
            let header = try UserMessageHeader.decode(from: &reader)
            try header.checkLimits()
            guard header.length <= reader.rest.count else { throw .truncated }
            return .user(Array(reader.rest.prefix(header.length)))
        case .ping:
            return try .ping(.decode(from: &reader))
        case .ack:
            return try .ack(.decode(from: &reader))
        case .error:
            return try .error(String(decoding: ErrorMessage.decode(from: &reader).text, as: UTF8.self))
        case .indirectPing, .nack, .suspect, .alive, .dead:
            throw .unknownMessageType(first)
        case .compound, .compress, .encrypt, .checksum, .label:
            throw .misplacedLayer
        }
    }

    /// Appends the message, its type byte included.
    package func encode(into output: inout [UInt8]) {
        switch self {
        case .pushPull(let pushPull):
            pushPull.encode(into: &output)
        case .user(let payload):
            output.append(MessageType.user.rawValue)
            UserMessageHeader(length: payload.count).encode(into: &output)
            output.append(contentsOf: payload)
        case .ping(let ping):
            ping.encode(into: &output)
        case .ack(let ack):
            ack.encode(into: &output)
        case .error(let text):
            output.append(MessageType.error.rawValue)
            ErrorMessage(text: Array(text.utf8)[...]).encode(into: &output)
        }
    }
}
