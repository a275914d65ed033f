/// "That node lives at this address, as of this incarnation."
package struct Alive: Hashable, Sendable {
    package var incarnation: UInt32
    package var node: NodeName
    /// 4 or 16 bytes where it is well formed.
    package var address: WireBytes
    /// 0 stands for the receiver's own port.
    package var port: UInt16
    package var meta: WireBytes
    /// Protocol minimum, maximum, current; the same three of the delegate; capabilities beyond.
    package var versions: WireBytes

    package init(
        incarnation: UInt32 = 0,
        node: NodeName = "",
        address: WireBytes = .null,
        port: UInt16 = 0,
        meta: WireBytes = .null,
        versions: WireBytes = .null
    ) {
        self.incarnation = incarnation
        self.node = node
        self.address = address
        self.port = port
        self.meta = meta
        self.versions = versions
    }
}

/// "`from` could not reach that node."
package struct Suspect: Hashable, Sendable {
    package var incarnation: UInt32
    package var node: NodeName
    package var from: NodeName

    package init(incarnation: UInt32 = 0, node: NodeName = "", from: NodeName = "") {
        self.incarnation = incarnation
        self.node = node
        self.from = from
    }
}

/// "`from` declares that node dead", or, where both are one, "I leave".
package struct Dead: Hashable, Sendable {
    package var incarnation: UInt32
    package var node: NodeName
    package var from: NodeName

    package init(incarnation: UInt32 = 0, node: NodeName = "", from: NodeName = "") {
        self.incarnation = incarnation
        self.node = node
        self.from = from
    }
}
