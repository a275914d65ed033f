package import MemberlistWire

extension LocalState {
    /// The state as whoever receives it reads it.
    package var heard: PushPull {
        var bytes: [UInt8] = []
        encode(into: &bytes)
        guard case .pushPull(let state)? = try? StreamMessage.decode(bytes[...]) else {
            preconditionFailure("a node's own state cannot be read")
        }
        return state
    }
}
