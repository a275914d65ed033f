/// What a node believes of one node, as a push/pull carries it.
package struct PushNodeState: Hashable, Sendable {
    package var name: NodeName
    package var address: WireBytes
    package var port: UInt16
    package var meta: WireBytes
    package var incarnation: UInt32
    /// 0 alive, 1 suspect, 2 dead, 3 left; a peer may say anything.
    package var state: Int
    package var versions: WireBytes

    package init(
        name: NodeName = "",
        address: WireBytes = .null,
        port: UInt16 = 0,
        meta: WireBytes = .null,
        incarnation: UInt32 = 0,
        state: Int = 0,
        versions: WireBytes = .null
    ) {
        self.name = name
        self.address = address
        self.port = port
        self.meta = meta
        self.incarnation = incarnation
        self.state = state
        self.versions = versions
    }
}

/// The map in front of a push/pull's node states.
struct PushPullHeader: Hashable, Sendable {
    var nodes: Int
    var userStateLength: Int
    var join: Bool

    init(nodes: Int = 0, userStateLength: Int = 0, join: Bool = false) {
        self.nodes = nodes
        self.userStateLength = userStateLength
        self.join = join
    }
}

/// A whole push/pull: what one side believes, and its application's state.
package struct PushPull: Hashable, Sendable {
    package var join: Bool
    package var nodes: NodeStates
    package var userState: [UInt8]

    package init(join: Bool = false, nodes: NodeStates = NodeStates(), userState: [UInt8] = []) {
        self.join = join
        self.nodes = nodes
        self.userState = userState
    }

    package init(join: Bool = false, nodes: [PushNodeState], userState: [UInt8] = []) {
        self.init(join: join, nodes: NodeStates(nodes), userState: userState)
    }

    /// Bytes of memory that it takes.
    package var heldBytes: Int { nodes.heldBytes + userState.count }
}

/// One message of a stream, whole.
package enum StreamMessage: Hashable, Sendable {
    case pushPull(PushPull)
    case user([UInt8])
    case ping(Ping)
    case ack(Ack)
    /// The peer's words on what it could not read; text of a stranger's, for a log alone.
    case error(String)
}
