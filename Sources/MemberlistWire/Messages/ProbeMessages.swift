/// "Are you there?", sent to a node by name and answered by an ``Ack`` of the same sequence number.
package struct Ping: Hashable, Sendable {
    package var sequence: UInt32
    /// The name of the node that is meant; another node that receives it stays silent.
    package var node: NodeName
    /// Where the answer goes, when both are set; else to where the datagram came from.
    package var sourceAddress: WireBytes
    package var sourcePort: UInt16
    package var sourceNode: NodeName

    package init(
        sequence: UInt32 = 0,
        node: NodeName = "",
        sourceAddress: WireBytes = .null,
        sourcePort: UInt16 = 0,
        sourceNode: NodeName = ""
    ) {
        self.sequence = sequence
        self.node = node
        self.sourceAddress = sourceAddress
        self.sourcePort = sourcePort
        self.sourceNode = sourceNode
    }
}

/// "Ping that node for me": asks a third node to probe the target (SWIM, section 3.1).
package struct IndirectPing: Hashable, Sendable {
    package var sequence: UInt32
    /// The target's address: 4 or 16 bytes.
    package var target: WireBytes
    /// The target's port; 0 stands for the receiver's own.
    package var port: UInt16
    /// The target's name.
    package var node: NodeName
    /// Whether the sender wants a ``Nack`` when the target stays silent (Lifeguard).
    package var wantsNack: Bool
    package var sourceAddress: WireBytes
    package var sourcePort: UInt16
    package var sourceNode: NodeName

    package init(
        sequence: UInt32 = 0,
        target: WireBytes = .null,
        port: UInt16 = 0,
        node: NodeName = "",
        wantsNack: Bool = false,
        sourceAddress: WireBytes = .null,
        sourcePort: UInt16 = 0,
        sourceNode: NodeName = ""
    ) {
        self.sequence = sequence
        self.target = target
        self.port = port
        self.node = node
        self.wantsNack = wantsNack
        self.sourceAddress = sourceAddress
        self.sourcePort = sourcePort
        self.sourceNode = sourceNode
    }
}

/// The answer to a ping, direct or forwarded.
package struct Ack: Hashable, Sendable {
    package var sequence: UInt32
    package var payload: WireBytes

    package init(sequence: UInt32 = 0, payload: WireBytes = .null) {
        self.sequence = sequence
        self.payload = payload
    }
}

/// "I am well, and the target did not answer me": tells a prober that its helper works (Lifeguard).
package struct Nack: Hashable, Sendable {
    package var sequence: UInt32

    package init(sequence: UInt32 = 0) {
        self.sequence = sequence
    }
}
