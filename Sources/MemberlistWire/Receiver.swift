/// Whom a message is for, as far as its layers must know.
package struct Receiver: Hashable, Sendable {
    /// Its name, where it is known.
    package var name: NodeName?
    /// Whether it checks a CRC-32.
    package var takesChecksum: Bool
    /// What this node will use of what the receiver understands.
    package var capabilities: Capabilities

    package init(name: NodeName?, takesChecksum: Bool = false, capabilities: Capabilities = []) {
        self.name = name
        self.takesChecksum = takesChecksum
        self.capabilities = capabilities
    }

    /// An address of which nothing else is known.
    package static let unknown = Receiver(name: nil)
}
