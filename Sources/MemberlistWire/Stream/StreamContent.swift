/// What a stream is given to carry.
package enum StreamContent: Sendable {
    /// A message, its type byte included.
    case bytes([UInt8])
    case state(LocalState)

    package static func message(_ message: StreamMessage) -> StreamContent {
        var bytes: [UInt8] = []
        message.encode(into: &bytes)
        return .bytes(bytes)
    }

    /// Bytes of the message, before any layer is put on.
    package var encodedCount: Int {
        switch self {
        case .bytes(let bytes): bytes.count
        case .state(let state): state.encodedCount
        }
    }

    /// The message, its type byte included.
    package var encoded: [UInt8] {
        switch self {
        case .bytes(let bytes): return bytes
        case .state(let state):
            var output: [UInt8] = []
            state.encode(into: &output)
            return output
        }
    }
}
